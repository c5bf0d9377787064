import type { Node, TensorType } from '@q/ir'
import { roundBf16, roundF16 } from '@q/ir/number'
import { shiftOf } from '../onnx/carriers.ts'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { carriedZero, isByte, isCodeType, saturated } from './codes.ts'
import { alwaysRounded, bf16StyleOf, rounded, withoutNaN } from './finish.ts'
import { requantized } from './requantize-sums.ts'
import { roundedFloat } from './rounding.ts'
import type { Translate } from './translator.ts'

/** Rounds a number to a float type. */
function narrow(x: number, dtype: string, node: Node): number {
  const single = Math.fround(x)
  return dtype === 'f16' ? roundF16(single) : dtype === 'bf16' ? roundBf16(single, bf16StyleOf(node)) : single
}

/**
 * The product is made in the float type of the operand; ties of bytes are rounded away from zero in double precision.
 * `fast` leaves both to one operator, which divides by the scale and rounds ties to even.
 */
export const translateQuantizeLinear: Translate = (node, t) => {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  const { scales, zeros, axis } = slicesOf(type)
  const { hostScale, through } = t.attrs(node)
  if (through !== undefined) return undefined
  const factors = scales.map((scale) => narrow(1 / (hostScale === true ? Math.fround(scale) : scale), from.dtype, node))
  const factor = factors[0]!
  if (!isCodeType(type.dtype) || !factors.every(Number.isFinite)) return undefined
  const float = { dtype: 'f32', shape: type.shape } as const
  const isPlain = axis === undefined
  if (
    t.precision === 'fast' &&
    isPlain &&
    isByte(type.dtype) &&
    type.quant?.saturate === undefined &&
    Number.isFinite(Math.fround(1 / factor))
  ) {
    return [
      build.node('QuantizeLinear', [t.carried(x), build.numbers('f32', 1 / factor), build.numbers('u8', carriedZero(type))], {
        dtype: 'u8',
        shape: type.shape,
      }),
    ]
  }
  // A bfloat16 operand that was left unrounded is rounded first, a float16 one is not.
  const rounding = String(t.attrs(node)['rounding'])
  // What is next to nothing is code 0 whether it was flushed or not, where only the nearest code counts.
  const isNearest = rounding !== 'up' && rounding !== 'down' && factors.every((each) => each < 2 ** 100)
  const style = alwaysRounded(node)
  const operand = from.dtype === 'bf16' ? rounded(t, t.carried(x), from, style, isNearest) : t.carried(x)
  const product = build.node('Mul', [operand, build.numbers('f32', factors, along(type, axis))], float)
  const quotient = rounded(t, product, from, style, isNearest)
  // The kernels for plain bytes give the smallest code for NaN by themselves.
  const isPlainByte = isPlain && isByte(type.dtype) && type.quant?.saturate === undefined
  const scaled = isPlainByte ? quotient : withoutNaN(build, quotient)
  if (isPlain && rounding === 'half-away-from-zero' && isByte(type.dtype)) {
    if (isNarrow(from.dtype) && type.quant?.saturate === undefined) return [nudgedToCodes(build, scaled, type)]
    return [requantized(build, scaled, type, { kind: 'shift', multipliers: [], shifts: [0], rounding, relu: false, bounds: [0] }, 1)]
  }
  const whole = roundedFloat(build, scaled, rounding)
  if (isPlain) return [saturated(build, isByte(type.dtype) ? whole : build.cast(whole, 'f64'), type)]
  const wide = build.cast(whole, 'f64')
  const placed = zeros.map((zero) => zero + shiftOf(type.dtype))
  const codes = build.node('Add', [wide, build.numbers('f64', placed, along(type, axis))], build.typeOf(wide))
  return [saturated(build, codes, type, false, true)]
}

/** Float types of at most 11 significant bits, of which two neighbours are at least a share of 2^-11 apart. */
function isNarrow(dtype: TensorType['dtype']): boolean {
  return dtype === 'f16' || dtype === 'bf16'
}

/** Enlarges a tie beyond the rounding errors of float32, and no narrow number that is not a tie beyond the next one. */
const tieNudge = 1 + 2 ** -13

/**
 * Narrow floats to the nearest codes of a byte, ties away from zero, by the one operator whose own way with ties does not matter: of what it rounds nothing is a tie. A narrow
 * number below a tie is so by a share of 2^-11 or more, and float32 is off by 2^-23.
 */
function nudgedToCodes(build: OnnxBuilder, scaled: string, type: TensorType): string {
  const operands = [scaled, build.numbers('f32', 1 / tieNudge), build.numbers('u8', carriedZero(type))]
  return build.node('QuantizeLinear', operands, { dtype: 'u8', shape: type.shape })
}

/** Scales and zero points of codes: one for all, or one for each slice of an axis. */
function slicesOf({ quant }: TensorType): {
  readonly scales: readonly number[]
  readonly zeros: readonly number[]
  readonly axis?: number
} {
  const { scale = 1, zeroPoint = 0, axis, scales, zeroPoints } = quant ?? {}
  if (axis === undefined || scales === undefined) return { scales: [scale], zeros: [zeroPoint] }
  return { scales, zeros: scales.map((_, i) => zeroPoints?.[i] ?? zeroPoint), axis }
}

/** The shape of a list along an axis; without one that of a number. */
function along({ shape }: TensorType, axis: number | undefined): readonly number[] {
  return axis === undefined ? [] : shape.map((dim, i) => (i === axis ? dim : 1))
}

/** The runtime's own operator computes the same: an exact difference times the scale, in float32. */
export const translateDequantizeLinear: Translate = (node, t) => {
  const x = node.inputs[0]!
  const from = t.typeOf(x)
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  const { scales, zeros, axis } = slicesOf(from)
  if (!isCodeType(from.dtype) || t.attrs(node)['through'] !== undefined) return undefined
  const scale = build.numbers(
    'f32',
    scales.map((each) => narrow(each, type.dtype, node)),
    along(from, axis),
  )
  // A whole number is nothing or 1 and more, its product then the scale and more.
  const isNormal = scales.every((each) => narrow(each, type.dtype, node) >= 2 ** -126)
  const style = alwaysRounded(node)
  const float = { dtype: 'f32', shape: type.shape } as const
  if (isByte(from.dtype) && axis === undefined) {
    const zero = build.numbers('u8', carriedZero(from))
    return [rounded(t, build.node('DequantizeLinear', [t.carried(x), scale, zero], float), type, style, isNormal)]
  }
  const wide = build.cast(t.carried(x), 'f64')
  const offsets = zeros.map((zero) => zero + shiftOf(from.dtype))
  const centred = build.node('Sub', [wide, build.numbers('f64', offsets, along(from, axis))], { dtype: 'f64', shape: type.shape })
  const codes = rounded(t, build.cast(centred, 'f32'), type, style, true)
  return [rounded(t, build.node('Mul', [codes, scale], float), type, style, isNormal)]
}
