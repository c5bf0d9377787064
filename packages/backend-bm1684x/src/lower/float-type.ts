import { type FloatType, type LowerContext, QError, type QuantMode, type TensorType } from '@q/ir'

const types: Readonly<Partial<Record<QuantMode, FloatType>>> = { F32: 'f32', F16: 'f16', BF16: 'bf16' }

/** The element type a float mode computes in. */
export function floatTypeOf(mode: QuantMode): FloatType {
  const type = types[mode]
  if (type === undefined) {
    throw new QError('MODE_UNSUPPORTED', `there is no float type for ${mode}`, {
      found: mode,
      wanted: Object.keys(types).join(', '),
      hint: 'give the layer one of these modes in the quantization table',
    })
  }
  return type
}

/** The type of a value computed in the float mode of the context; its calibrated range stays with it. */
export function floatResult(name: string, context: LowerContext): TensorType {
  return { ...context.typeOf(name), dtype: floatTypeOf(context.mode) }
}
