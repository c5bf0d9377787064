import type { FloatType } from '../contracts/target.ts'
import type { Value } from '../graph/types.ts'
import { type Bf16StyleName, bf16Styles, encodeBf16Array } from '../number/bf16.ts'
import { encodeF16Array } from '../number/f16.ts'
import type { LowerContext } from '../resolve/lower-context.ts'
import { type ConstantNaming, namedByType, newConstant } from './constant.ts'
import { onceFor } from './once-for.ts'

/** Numbers as elements of a float type: bit patterns for the 16-bit ones. @param bf16 how bfloat16 numbers are made */
export function floatElements(numbers: Float32Array, type: FloatType, bf16: Bf16StyleName = 'flush'): Float32Array | Uint16Array {
  return type === 'f32' ? numbers : type === 'f16' ? encodeF16Array(numbers) : encodeBf16Array(numbers, bf16Styles[bf16])
}

/**
 * A constant operand in a float type: in `f32` the constant itself, otherwise a rounded copy.
 *
 * @param owner the layer that uses it, in front of the copy's name when other nodes use the constant too
 */
export function floatConstant(
  name: string,
  type: FloatType,
  owner: string,
  context: LowerContext,
  naming: ConstantNaming = namedByType,
): Value {
  const constant = context.constantOf(name)
  if (type === 'f32' || constant === undefined) {
    return { name, type: context.typeOf(name), ...(constant === undefined ? {} : { constant }) }
  }
  const { shape } = context.typeOf(name)
  const style = context.scheme.kind === 'float' ? context.scheme.bf16 : undefined
  const make = () => floatElements(Float32Array.from(constant.data as Float32Array), type, style)
  const data = onceFor(constant.data, `elements of ${type} ${style ?? ''}`, make)
  return newConstant(naming(name, type, context.useCount(name) > 1 ? owner : undefined), type, shape, data)
}
