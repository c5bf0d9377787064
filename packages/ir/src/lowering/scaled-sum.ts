import { layerOf } from '../graph/edges.ts'
import type { Node, TensorType } from '../graph/types.ts'
import type { MultiplierAndShift } from '../number/scale-shift.ts'
import { type LowerContext, type LoweredNode, loweredTo } from '../resolve/lower-context.ts'
import { constantsOf, type OperandCodes } from './operand-codes.ts'
import { requantizationOf } from './requantization.ts'

/** A sum or difference of codes, each operand brought to the scale of the result by a factor of its own. @param type of the result. @default by its range */
export function scaledSum(
  op: 'QAdd' | 'QSub',
  node: Node,
  context: LowerContext,
  operands: readonly OperandCodes[],
  factorOf: (operand: OperandCodes) => MultiplierAndShift,
  type: TensorType = context.quantizedType(layerOf(node)),
): LoweredNode {
  const name = layerOf(node)
  return loweredTo(
    {
      op,
      inputs: operands.map((operand) => operand.name),
      outputs: [name],
      attrs: { ...requantizationOf(operands.map(factorOf), context), relu: context.attrs(node).relu! },
    },
    [...constantsOf(operands), { name, type }],
  )
}
