import { layerOf } from '../graph/edges.ts'
import type { Node, Value } from '../graph/types.ts'
import { roundHalfAway } from '../number/rounding.ts'
import { saturate } from '../number/saturate.ts'
import type { LowerContext } from '../resolve/lower-context.ts'
import { storageArray } from '../tensor/tensor.ts'
import { type ConstantNaming, namedByType, newConstant } from './constant.ts'
import { extentOf, hasNegative, largestOf } from './extent.ts'
import { quantizeWeights, storedForm, type WeightCodes, weightTypeOf } from './weights.ts'

/** An operand of an element-wise operator on codes. */
export interface OperandCodes {
  readonly name: string
  readonly scale: number
  /** The codes of a constant operand. */
  readonly constant?: Value
}

/** How the 8-bit codes of a constant follow from its numbers: `saturate(round(encode(x)))`, halves away from zero. */
export interface ConstantEncoding {
  readonly scale: number
  encode(x: number): number
}

/** The encoding of a constant by its largest magnitude and whether its codes are signed, which they are when a number is negative. */
export type ConstantEncodingOf = (largest: number, signed: boolean) => ConstantEncoding

/**
 * The operand at `place`: a tensor with the scale of its range, or a constant as codes of its own extent.
 *
 * @param encodingOf a chip's own 8-bit codes of constants. @default as the scheme stores activations, rounded as weights are
 * @throws QError `RANGE_INVALID` for a constant that is not finite
 */
export function operandCodes(
  node: Node,
  place: number,
  context: LowerContext,
  encodingOf?: ConstantEncodingOf,
  naming: ConstantNaming = namedByType,
): OperandCodes {
  const name = node.inputs[place]!
  const tensor = context.constantOf(name)
  if (tensor === undefined) return { name, scale: context.quantizedType(name).quant!.scale }
  const numbers = Float32Array.from(tensor.data as Float32Array)
  const made = encodingOf === undefined ? schemeCodes(numbers, context) : ownCodes(numbers, encodingOf)
  const type = weightTypeOf(made, tensor.shape)
  const { dtype } = made
  const constant = newConstant(naming(name, dtype, context.useCount(name) > 1 ? layerOf(node) : undefined), dtype, tensor.shape, made.codes)
  return { name: constant.name, scale: made.scales[0]!, constant: { ...constant, type } }
}

type ConstantCodes = Omit<WeightCodes, 'extents'>

/** Negative numbers keep signed codes where the scheme's are unsigned and have no zero point. */
function schemeCodes(numbers: Float32Array, { integers: { activations, rounding } }: LowerContext): ConstantCodes {
  const sign = activations.zeroPoint === 'none' && hasNegative(numbers) ? 'signed' : activations.sign
  return quantizeWeights(numbers, storedForm(numbers, { ...activations, sign }, rounding.weight))
}

function ownCodes(numbers: Float32Array, encodingOf: ConstantEncodingOf): ConstantCodes {
  const signed = hasNegative(numbers)
  const { scale, encode } = encodingOf(largestOf(extentOf(numbers)), signed)
  const dtype = signed ? 'i8' : 'u8'
  const codes = new storageArray[dtype](Array.from(numbers, (x) => saturate(roundHalfAway(encode(x)), dtype)))
  return { codes, dtype, scales: [scale], zeroPoints: [0] }
}

/** The constants among operands. */
export const constantsOf = (operands: readonly OperandCodes[]): readonly Value[] =>
  operands.flatMap(({ constant }) => (constant === undefined ? [] : [constant]))
