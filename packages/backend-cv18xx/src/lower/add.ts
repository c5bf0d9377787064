import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { asFloat, loweredTo, onCodes } from '@q/ir/lowering'
import { byteMultiplier, quantizedScale } from '@q/ir/number'
import { constantPlaces, inBf16 } from './in-bf16.ts'
import { thresholdOf } from './threshold.ts'

/** A sum of codes: a multiplier for each operand, one shift and one rounding for all. @param signs of the operands @param inFloats the lowering beside a constant */
export const summed =
  (signs: readonly (1 | -1)[], inFloats: LowerOp = asFloat()) =>
  (node: Node, context: LowerContext): LoweredNode => {
    if (constantPlaces(node, context).length > 0) return inBf16(node, context, 'an operand is a constant', inFloats)
    const name = layerOf(node)
    const { multipliers, shift } = sharedShift(node, context, signs)
    return loweredTo(
      {
        op: 'QAdd',
        inputs: node.inputs,
        outputs: [name],
        attrs: {
          multipliers,
          shifts: [shift],
          requantizeSum: true,
          rounding: context.integers.rounding.requantize,
          relu: context.attrs(node).relu!,
        },
      },
      [{ name, type: context.quantizedType(name) }],
    )
  }

/** Multipliers of a byte for the operands of a node, at the shift that the largest of them has by itself. */
export function sharedShift(node: Node, context: LowerContext, signs: readonly (1 | -1)[] = []) {
  const result = thresholdOf(layerOf(node), context)
  const factors = node.inputs.map((operand, place) => Math.fround(((signs[place] ?? 1) * thresholdOf(operand!, context)) / result))
  const { shift } = quantizedScale(Math.max(...factors.map(Math.abs)))
  return { multipliers: factors.map((factor) => byteMultiplier(factor, shift)), shift }
}

/** A sum. */
export const lowerAdd: LowerOp = onCodes(summed([1, 1]))
