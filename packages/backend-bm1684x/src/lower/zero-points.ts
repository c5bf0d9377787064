import type { LowerContext, LowerOp, Node, QuantMode } from '@q/ir'
import { type WeightSlices, zeroPointBias } from '@q/ir/lowering'

/** Whether codes of the context have zero points. */
export const hasZeroPoints = ({ integers }: LowerContext): boolean => integers.activations.zeroPoint !== 'none'

/**
 * A lowering of an operator that the chip does not compute on codes with zero points: these fall to a float mode, as in TPU-MLIR 1.30.2.
 *
 * @param falls whether a node does. @default always
 */
export const orFloat =
  (lower: LowerOp, mode: QuantMode, falls: (node: Node, context: LowerContext) => boolean = () => true): LowerOp =>
  (node, context) =>
    lower(node, context.scheme.kind === 'integer' && hasZeroPoints(context) && falls(node, context) ? context.in(mode) : context)

/**
 * Whether some of these operands are constants of several elements: as codes they would have a zero point, for which the family's own text has no place.
 *
 * @param places of the operands that are asked about
 */
export const hasConstantTensor =
  (...places: readonly number[]) =>
  ({ inputs }: Node, context: LowerContext): boolean =>
    places.some((place) => (context.constantOf(inputs[place])?.data.length ?? 0) > 1)

/** Whether the branches of a choice are constants of several elements, or both are numbers: TPU-MLIR 1.30.2 makes codes without the zero point of them. */
export const hasConstantBranches = (node: Node, context: LowerContext): boolean =>
  hasConstantTensor(1, 2)(node, context) || [1, 2].every((place) => context.constantOf(node.inputs[place]) !== undefined)

/** Whether a node ends in a ReLU. */
export const endsInRelu = (node: Node, context: LowerContext): boolean => context.attrs(node)['relu'] === true

/** Whether a computed operand has a zero point. */
export const hasShiftedOperand = ({ inputs }: Node, context: LowerContext): boolean =>
  inputs.some((name) => name !== undefined && context.constantOf(name) === undefined && context.quantizedType(name).quant!.zeroPoint !== 0)

/** What makes up for the zero point of the operand `x` in sums of codes times weights; `undefined` where it has none. */
export function zeroPointOffsets(
  x: string,
  codes: ArrayLike<number>,
  slices: WeightSlices,
  context: LowerContext,
): ArrayLike<number> | undefined {
  const { zeroPoint } = context.quantizedType(x).quant!
  return zeroPoint === 0 ? undefined : zeroPointBias(codes, zeroPoint, slices)
}
