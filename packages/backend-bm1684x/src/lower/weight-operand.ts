import { type LowerContext, layerOf, type Node, roundHalfAway, saturate, type Value } from '@q/ir'
import { hasNegative, integerConstant, largestOf } from './integer-constant.ts'

/** An operand of an element-wise operator on codes. */
export interface Operand {
  readonly name: string
  readonly scale: number
  /** The codes of a constant operand. */
  readonly constant?: Value
}

/** How the codes of a constant follow from its numbers. */
export interface ConstantCodes {
  readonly scale: number
  encode(x: number): number
}

/**
 * The operand at `place`: a tensor with the scale of its range, or a constant as 8-bit codes (signed when one is
 * negative), named `<constant>_i8` or `_u8`, with the owner in front when other nodes use the constant too.
 */
export function operandOf(
  node: Node,
  place: number,
  context: LowerContext,
  codesOf: (largest: number, signed: boolean) => ConstantCodes,
): Operand {
  const name = node.inputs[place]!
  const tensor = context.constantOf(name)
  if (tensor === undefined) return { name, scale: context.quantizedType(name).quant!.scale }
  const data = Float32Array.from(tensor.data as Float32Array)
  const signed = hasNegative(data)
  const { scale, encode } = codesOf(largestOf(data), signed)
  const dtype = signed ? 'i8' : 'u8'
  const codes = Array.from(data, (x) => saturate(roundHalfAway(encode(x)), dtype))
  const made = `${context.useCount(name) > 1 ? layerOf(node) : ''}${name}_${dtype}`
  return {
    name: made,
    scale,
    constant: integerConstant(made, dtype, tensor.shape, signed ? Int8Array.from(codes) : Uint8Array.from(codes)),
  }
}

/** The constants among operands. */
export const constantsOf = (operands: readonly Operand[]): readonly Value[] =>
  operands.flatMap(({ constant }) => (constant === undefined ? [] : [constant]))
