import { layerOf } from '../graph/edges.ts'
import type { Node, Value } from '../graph/types.ts'
import { roundHalfAway } from '../number/rounding.ts'
import { saturate } from '../number/saturate.ts'
import type { LowerContext } from '../resolve/lower-context.ts'
import { type ConstantNaming, namedByType, newConstant } from './constant.ts'
import { extentOf, hasNegative, largestOf } from './extent.ts'

/** An operand of an element-wise operator on codes. */
export interface OperandCodes {
  readonly name: string
  readonly scale: number
  /** The codes of a constant operand. */
  readonly constant?: Value
}

/** How the codes of a constant follow from its numbers: `saturate(round(encode(x)))`, halves away from zero. */
export interface ConstantEncoding {
  readonly scale: number
  encode(x: number): number
}

/**
 * The operand at `place`: a tensor with the scale of its range, or a constant as 8-bit codes (signed when one is negative).
 *
 * @param encodingOf the encoding of a constant by its largest magnitude and whether its codes are signed
 */
export function operandCodes(
  node: Node,
  place: number,
  context: LowerContext,
  encodingOf: (largest: number, signed: boolean) => ConstantEncoding,
  naming: ConstantNaming = namedByType,
): OperandCodes {
  const name = node.inputs[place]!
  const tensor = context.constantOf(name)
  if (tensor === undefined) return { name, scale: context.quantizedType(name).quant!.scale }
  const data = Float32Array.from(tensor.data as Float32Array)
  const signed = hasNegative(data)
  const { scale, encode } = encodingOf(largestOf(extentOf(data)), signed)
  const dtype = signed ? 'i8' : 'u8'
  const codes = Array.from(data, (x) => saturate(roundHalfAway(encode(x)), dtype))
  const made = naming(name, dtype, context.useCount(name) > 1 ? layerOf(node) : undefined)
  return { name: made, scale, constant: newConstant(made, dtype, tensor.shape, signed ? Int8Array.from(codes) : Uint8Array.from(codes)) }
}

/** The constants among operands. */
export const constantsOf = (operands: readonly OperandCodes[]): readonly Value[] =>
  operands.flatMap(({ constant }) => (constant === undefined ? [] : [constant]))
