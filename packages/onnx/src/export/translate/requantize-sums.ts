import type { Attrs, Tensor, TensorType } from '@q/ir'
import { shiftOf } from '../onnx/carriers.ts'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { carriedZero, codeLimits, halfAwayFromZero, isByte } from './codes.ts'

/** Requantization of whole numbers, one multiplier and shift per channel or one for all. */
export interface Requantization {
  /** The words of the `requantize` attribute, `none` excepted. */
  readonly kind: string
  readonly multipliers: readonly number[]
  readonly shifts: readonly number[]
  readonly rounding: string
  readonly relu: boolean
  /** Largest magnitude of the sums, for each channel or for all. */
  readonly bounds: ArrayLike<number>
  /** Number added to the sums first, for each channel. */
  readonly bias?: ArrayLike<number>
}

const at = <T>(items: ArrayLike<T>, i: number): T => items[items.length === 1 ? 0 : i]!

function channelsOf({ multipliers, shifts, bounds, bias }: Requantization): number {
  return Math.max(multipliers.length, shifts.length, bounds.length, bias?.length ?? 1)
}

/** Multiplier and power of two of channel `i`: `v * m / 2^s`. */
function factor(
  { kind, multipliers, shifts }: Requantization,
  i: number,
): { readonly m: number; readonly s: number; readonly after: number } {
  const shift = shifts.length === 0 ? 0 : at(shifts, i)
  const m = kind === 'shift' || multipliers.length === 0 ? 1 : at(multipliers, i)
  return kind === 'quantized-multiplier' ? { m: m * 2 ** Math.max(0, -shift), s: 31, after: Math.max(0, shift) } : { m, s: shift, after: 0 }
}

/** Nudges ties away from zero: larger than the rounding errors of the steps, smaller than the distance to the next multiple of 2^-32. */
const nudge = 1 + 2 ** -42

/**
 * Whether the double-precision steps of {@link requantized} give the exact codes.
 *
 * With `p = v * m`, `c = b * m`, both shifted left where the shift is one to the left, and a code type of `n` bits: every intermediate number is exact while
 * `|p| + |c| + 2^(s + n + 1)` stays below 2^52. When only `|c| + 2^(s + n + 1)` does, numbers may be rounded where `|p|` is
 * larger, but then the result lies outside the codes and, rounding being monotone, is clamped to the same end.
 */
export function isExactInDouble(r: Requantization, type: TensorType): boolean {
  if (!['multiplier-shift', 'shift', 'quantized-multiplier'].includes(r.kind)) return false
  if (r.rounding !== 'half-up' && r.rounding !== 'half-away-from-zero') return false
  const bits = isByte(type.dtype) ? 8 : type.dtype === 'i32' ? 32 : 16
  for (let i = 0; i < channelsOf(r); i++) {
    const { m, s, after } = factor(r, i)
    const bias = Math.abs(r.bias === undefined ? 0 : at(r.bias, i))
    if (at(r.bounds, i) + bias > 2 ** 31) return false
    if (r.kind === 'quantized-multiplier' && !keepsTo32(r, i, at(r.bounds, i) + bias)) return false
    if (bias * Math.abs(m) * 2 ** Math.max(0, -s) + 2 ** (Math.max(0, s) + after + bits + 1) >= 2 ** 52) return false
  }
  return true
}

/** Whether neither the left shift nor the rounded product of channel `i` leaves 32 bits: neither wraps, and neither is clamped. */
function keepsTo32({ multipliers, shifts }: Requantization, i: number, bound: number): boolean {
  const left = Math.max(0, -(shifts.length === 0 ? 0 : at(shifts, i)))
  const mantissa = multipliers.length === 0 ? 1 : at(multipliers, i)
  return (left === 0 || bound * 2 ** left < 2 ** 31) && Math.abs(mantissa) < 2 ** 31
}

/** The requantization that a node's attributes describe, one for all channels or one for each; an empty list is multiplier 1 and shift 0. */
export function requantizationOf(attrs: Attrs, bounds: ArrayLike<number>, bias?: ArrayLike<number>): Requantization {
  const list = (name: string, none: number): readonly number[] => {
    const entries = attrs[name] as readonly number[]
    return entries.length === 0 ? [none] : entries
  }
  return {
    kind: String(attrs['requantize'] ?? 'multiplier-shift'),
    multipliers: list('multipliers', 1),
    shifts: list('shifts', 0),
    rounding: String(attrs['rounding']),
    relu: attrs['relu'] === true,
    bounds,
    ...(bias === undefined ? {} : { bias }),
  }
}

/**
 * Whole numbers to codes, exactly where {@link isExactInDouble} holds: `saturate(relu(round((v + bias) * m / 2^s)) + zero point)`.
 *
 * Half up is one multiplication and one addition: `(v + bias) * m / 2^s + 1/2 + zero point + carrier shift`, clamped to what
 * the carrier holds, is not negative, so that the conversion's truncation is the floor. Ties away from zero are
 * the same after the factor has been enlarged by a hair, which decides ties and nothing else (shifts up to 32, bytes).
 */
export function requantized(build: OnnxBuilder, sums: string, type: TensorType, r: Requantization, channelAxis: number): string {
  const { shape } = build.typeOf(sums)
  const wide = { dtype: 'f64', shape } as const
  const channels = channelsOf(r)
  const isAway = r.rounding === 'half-away-from-zero'
  const twice = r.kind === 'quantized-multiplier'
  const deepest = Math.max(...Array.from({ length: channels }, (_, i) => factor(r, i).s + factor(r, i).after))
  const nudged = isAway && isByte(type.dtype) && (twice || deepest <= 32)
  const bias = (i: number) => (r.bias === undefined ? 0 : at(r.bias, i))
  // A nudged factor is not exact, so that a large bias may not be multiplied apart from the sums.
  const apart = !(nudged && !twice)
  const summed =
    apart || r.bias === undefined
      ? sums
      : biased(build, build.typeOf(sums).dtype === 'i32' ? sums : build.cast(sums, 'f64'), r.bias, channelAxis)
  const ratio = (i: number) => factor(r, i).m * 2 ** -factor(r, i).s
  const offset = carriedZero(type)
  const first = build.cast(summed, 'f64')
  const ends = (x: string) => clamped(build, x, type, r.relu)

  if (twice) {
    const high = build.node('Floor', [scaled(build, first, channelAxis, channels, ratio, (i) => bias(i) * ratio(i) + 0.5)], wide)
    const back = (i: number) => 2 ** -factor(r, i).after * (nudged ? nudge : 1)
    if (!isAway || nudged) return ends(scaled(build, high, channelAxis, channels, back, () => 0.5 + offset))
    return ends(
      lifted(
        build,
        halfAwayFromZero(
          build,
          scaled(build, high, channelAxis, channels, back, () => 0),
        ),
        offset,
      ),
    )
  }
  if (!isAway || nudged) {
    const step = (i: number) => ratio(i) * (nudged ? nudge : 1)
    return ends(scaled(build, first, channelAxis, channels, step, (i) => (apart ? bias(i) * ratio(i) : 0) + 0.5 + offset))
  }
  return ends(
    lifted(
      build,
      halfAwayFromZero(
        build,
        scaled(build, first, channelAxis, channels, ratio, (i) => bias(i) * ratio(i)),
      ),
      offset,
    ),
  )
}

/** Adds a number for each channel to whole numbers. */
export function biased(build: OnnxBuilder, sums: string, bias: ArrayLike<number>, channelAxis: number): string {
  const { dtype, shape } = build.typeOf(sums)
  const dims = shape.map((_, i) => (i === channelAxis ? bias.length : 1))
  return build.node('Add', [sums, build.numbers(dtype, Array.from(bias), dims)], { dtype, shape })
}

/** `x * ratio + offset` for each channel, in double precision. */
export function scaled(
  build: OnnxBuilder,
  x: string,
  axis: number,
  channels: number,
  ratio: (i: number) => number,
  offset: (i: number) => number,
): string {
  const { shape } = build.typeOf(x)
  const wide = { dtype: 'f64', shape } as const
  const list = (value: (i: number) => number) => Array.from({ length: channels }, (_, i) => value(i))
  const ratios = list(ratio)
  const offsets = list(offset)
  const inner = shape.slice(2).reduce((product, dim) => product * dim, 1)
  // With mean 0 and variance 1 this operator is the multiplication and the addition in one pass.
  if (axis === 1 && inner >= 16 && (channels === shape[1] || channels === 1)) {
    const length = shape[1]!
    const full = (values: readonly number[]) =>
      build.constant({ dtype: 'f64', shape: [length], data: Float64Array.from({ length }, (_, i) => at(values, i)) })
    return build.node(
      'BatchNormalization',
      [x, full(ratios), full(offsets), build.constant(repeated(0, length)), build.constant(repeated(1, length))],
      wide,
      { epsilon: 0 },
    )
  }
  const operand = (values: readonly number[]) =>
    values.every((each) => each === values[0])
      ? build.numbers('f64', values[0]!)
      : build.numbers(
          'f64',
          values,
          shape.map((_, i) => (i === axis ? channels : 1)),
        )
  // The runtime drops a multiplication by a number whose float32 is 1; that by minus this number stays.
  if (ratios.some((each) => each !== 1 && Math.fround(each) === 1)) {
    return build.node('Sub', [operand(offsets), build.node('Mul', [x, operand(ratios.map((each) => -each))], wide)], wide)
  }
  const product = ratios.every((each) => each === 1) ? x : build.node('Mul', [x, operand(ratios)], wide)
  return offsets.every((each) => each === 0) ? product : build.node('Add', [product, operand(offsets)], wide)
}

const repetitions = new Map<string, Tensor>()

/** A number again and again, in double precision. */
function repeated(value: number, length: number): Tensor {
  const key = `${value} ${length}`
  const made = repetitions.get(key) ?? { dtype: 'f64', shape: [length], data: new Float64Array(length).fill(value) }
  repetitions.set(key, made)
  return made
}

function lifted(build: OnnxBuilder, whole: string, offset: number): string {
  return offset === 0 ? whole : build.node('Add', [whole, build.numbers('f64', offset)], build.typeOf(whole))
}

/** Clamps to the codes of `type` (carrier shift added) and rounds down. */
function clamped(build: OnnxBuilder, x: string, type: TensorType, relu: boolean): string {
  const shift = shiftOf(type.dtype)
  const [low, high] = codeLimits(type, relu)
  const wide = build.typeOf(x)
  const bytes = isByte(type.dtype)
  // Truncation is the floor of what is not negative: the codes of a byte's carrier.
  const whole = bytes ? x : build.node('Floor', [x], wide)
  const inside = build.node('Clip', [whole, build.numbers('f64', low + shift), build.numbers('f64', high + shift)], wide)
  return build.cast(inside, bytes ? 'u8' : 'i32')
}
