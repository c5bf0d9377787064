import type { FloatType } from '../contracts/target.ts'
import { QError } from '../errors.ts'
import type { TensorType } from '../graph/types.ts'
import type { LowerContext } from '../resolve/lower-context.ts'
import type { QuantMode } from '../tables/quant-mode.ts'

const types: Readonly<Record<string, FloatType>> = { F32: 'f32', F16: 'f16', BF16: 'bf16' }

/** Whether a mode computes in floats. */
export const isFloatMode = (mode: QuantMode): boolean => types[mode] !== undefined

/** The element type a float mode computes in. @throws QError `MODE_UNSUPPORTED` */
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
