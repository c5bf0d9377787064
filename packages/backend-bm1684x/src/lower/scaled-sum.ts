import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { constantsOf, type Operand } from './weight-operand.ts'

/** A sum or difference of codes, each operand with a multiplier and a right shift of its own. */
export function scaledSum(
  op: 'QAdd' | 'QSub',
  node: Node,
  context: LowerContext,
  operands: readonly Operand[],
  factorOf: (operand: Operand) => { readonly multiplier: number; readonly shift: number },
): LoweredNode {
  const name = layerOf(node)
  const factors = operands.map(factorOf)
  return loweredTo(
    {
      op,
      inputs: operands.map((operand) => operand.name),
      outputs: [name],
      attrs: {
        multipliers: factors.map(({ multiplier }) => multiplier),
        shifts: factors.map(({ shift }) => shift),
        rounding: context.target.rounding.requantize,
        relu: context.attrs(node).relu!,
      },
    },
    [...constantsOf(operands), { name, type: context.quantizedType(name) }],
  )
}
