import { type FloatType, type LowerContext, toBf16Bits, toF16Bits, type Value, valueOf } from '@q/ir'

/**
 * A constant in a float type. In `f32` it is the constant itself; otherwise a copy named `<constant>_<type>`, with the owner's name in
 * front when other nodes use the constant too.
 */
export function floatConstant(name: string, type: FloatType, owner: string, context: LowerContext): Value {
  const value = valueOf(context.graph, name)
  if (type === 'f32' || value.constant === undefined) return value
  const source = Float32Array.from(value.constant.data as Float32Array)
  const data = type === 'f16' ? toF16Bits(source) : toBf16Bits(source)
  const { shape } = value.type
  return {
    name: `${context.useCount(name) > 1 ? owner : ''}${name}_${type}`,
    type: { dtype: type, shape },
    constant: { dtype: type, shape, data },
  }
}
