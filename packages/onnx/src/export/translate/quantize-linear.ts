import { roundBf16, roundF16 } from '@q/ir/number'
import { carriedZero, centred, halfAwayFromZero, isByte, isCodeType, saturated } from './codes.ts'
import { alwaysRounded, rounded } from './finish.ts'
import { requantized } from './requantize-sums.ts'
import type { Translate } from './translator.ts'

/** Rounds a number to a float type. */
function narrow(x: number, dtype: string): number {
  const single = Math.fround(x)
  return dtype === 'f16' ? roundF16(single) : dtype === 'bf16' ? roundBf16(single) : single
}

/**
 * The product is made in the float type of the operand; ties of it are rounded away from zero in double precision.
 * `fast` leaves both to one operator, which divides by the scale and rounds ties to even.
 */
export const translateQuantizeLinear: Translate = (node, t) => {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  if (type.quant === undefined || type.quant.axis !== undefined || !isCodeType(type.dtype)) return undefined
  const factor = narrow(1 / type.quant.scale, from.dtype)
  if (!Number.isFinite(factor)) return undefined
  const float = { dtype: 'f32', shape: type.shape } as const
  if (t.precision === 'fast' && isByte(type.dtype) && type.quant.saturate === undefined && Number.isFinite(Math.fround(1 / factor))) {
    return [
      build.node('QuantizeLinear', [t.carried(x), build.numbers('f32', 1 / factor), build.numbers('u8', carriedZero(type))], {
        dtype: 'u8',
        shape: type.shape,
      }),
    ]
  }
  // A bfloat16 operand that was left unrounded is rounded first, a float16 one is not.
  const operand = from.dtype === 'bf16' ? rounded(build, t.carried(x), from, alwaysRounded) : t.carried(x)
  const product = build.node('Mul', [operand, build.numbers('f32', factor)], float)
  const scaled = rounded(build, product, from, alwaysRounded)
  const rounding = t.attrs(node)['rounding']
  if (rounding === 'half-to-even') {
    const whole = build.node('Round', [scaled], float)
    return [saturated(build, isByte(type.dtype) ? whole : build.cast(whole, 'f64'), type)]
  }
  if (rounding !== 'half-away-from-zero') return undefined
  if (!isByte(type.dtype)) return [saturated(build, halfAwayFromZero(build, build.cast(scaled, 'f64')), type)]
  return [requantized(build, scaled, type, { kind: 'shift', multipliers: [], shifts: [0], rounding, relu: false, bounds: [0] }, 1)]
}

/** The runtime's own operator computes the same: an exact difference times the scale, in float32. */
export const translateDequantizeLinear: Translate = (node, t) => {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  if (from.quant === undefined || from.quant.axis !== undefined || !isCodeType(from.dtype)) return undefined
  const scale = build.numbers('f32', narrow(from.quant.scale, type.dtype))
  const float = { dtype: 'f32', shape: type.shape } as const
  if (isByte(from.dtype)) {
    return [
      rounded(
        build,
        build.node('DequantizeLinear', [t.carried(x), scale, build.numbers('u8', carriedZero(from))], float),
        type,
        alwaysRounded,
      ),
    ]
  }
  const codes = rounded(build, build.cast(centred(build, t.carried(x), from, 'f64'), 'f32'), type, alwaysRounded)
  return [rounded(build, build.node('Mul', [codes, scale], float), type, alwaysRounded)]
}
