import type { FloatType } from '../contracts/target.ts'
import { QError } from '../errors.ts'
import type { TensorType } from '../graph/types.ts'
import type { LowerContext } from '../resolve/lower-context.ts'

/** The element type that the mode of the context computes in. @throws QError `MODE_UNSUPPORTED` when it computes on codes */
export function floatTypeOf({ mode, scheme, target }: LowerContext): FloatType {
  if (scheme.kind === 'float') return scheme.dtype
  const floats = Object.keys(target.schemes).filter((each) => target.schemes[each]!.kind === 'float')
  throw new QError('MODE_UNSUPPORTED', `there is no float type for ${mode}`, {
    found: mode,
    wanted: floats.join(', '),
    hint: 'give the layer one of these modes in the quantization table',
  })
}

/** The type of a value computed in the float mode of the context; its calibrated range stays with it. */
export function floatResult(name: string, context: LowerContext): TensorType {
  return { ...context.typeOf(name), dtype: floatTypeOf(context) }
}
