import type { OnnxBuilder } from '../onnx/onnx-builder.ts'

/**
 * Floats rounded to whole numbers in any way, exact for every float: magnitude and fraction are taken apart, since a half that is added
 * would be rounded itself.
 *
 * @param rounding a word of the `rounding` attribute
 */
export function roundedFloat(build: OnnxBuilder, x: string, rounding: string): string {
  const type = build.typeOf(x)
  const unary = (op: string, of: string) => build.node(op, [of], type)
  if (rounding === 'half-to-even') return unary('Round', x)
  if (rounding === 'down') return unary('Floor', x)
  if (rounding === 'up') return unary('Ceil', x)
  const size = unary('Abs', x)
  const whole = unary('Floor', size)
  const sign = unary('Sign', x)
  if (rounding === 'toward-zero') return build.node('Mul', [sign, whole], type)
  const rest = build.node('Sub', [size, whole], type)
  const bool = { dtype: 'bool', shape: type.shape } as const
  const half = build.numbers(type.dtype, 0.5)
  const isNear = build.node('GreaterOrEqual', [rest, half], bool)
  const isUp = rounding === 'half-away-from-zero' ? isNear : tiesBySign(build, x, rest, isNear, rounding === 'half-up')
  return build.node('Mul', [sign, build.node('Add', [whole, build.cast(isUp, type.dtype)], type)], type)
}

/** Whether a magnitude becomes the next one, ties going one way for numbers below zero and the other for those above. */
function tiesBySign(build: OnnxBuilder, x: string, rest: string, isNear: string, upward: boolean): string {
  const bool = build.typeOf(isNear)
  const { dtype } = build.typeOf(x)
  const isBeyond = build.node('Greater', [rest, build.numbers(dtype, 0.5)], bool)
  const tiesGrow = build.node(upward ? 'Greater' : 'Less', [x, build.numbers(dtype, 0)], bool)
  return build.node('Or', [isBeyond, build.node('And', [isNear, tiesGrow], bool)], bool)
}
