import type { TensorType } from '@q/ir'
import { QError } from '@q/ir'
import { shiftOf } from '../onnx/carriers.ts'
import { sizeOf } from '../onnx/onnx-builder.ts'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'

/** Requantization of int32 sums, one multiplier and shift per channel or one for all. */
export interface Requantization {
  readonly multipliers: readonly number[]
  readonly shifts: readonly number[]
  readonly rounding: string
  readonly relu: boolean
  /** Largest magnitude a sum can have, for the proof that double precision is exact. */
  readonly bound: number
  /** Number added to the sums first, per channel. */
  readonly bias?: ArrayLike<number>
}

/** Whether double precision computes this requantization exactly: every product and the half stay below 2^52. */
export function isExactInDouble({ multipliers, shifts, rounding, bound }: Requantization): boolean {
  const largest = multipliers.reduce((most, m) => Math.max(most, Math.abs(m)), 0)
  const deepest = shifts.reduce((most, s) => Math.max(most, s), 0)
  return (rounding === 'half-up' || rounding === 'half-away-from-zero') && bound * largest + 2 ** deepest < 2 ** 52
}

/** Range of codes of an element type. */
export function codeRange(dtype: TensorType['dtype']): readonly [number, number] {
  switch (dtype) {
    case 'i8': return [-128, 127]
    case 'u8': return [0, 255]
    case 'i16': return [-32768, 32767]
    case 'u16': return [0, 65535]
    case 'i32': return [-2147483648, 2147483647]
    default: throw new QError('CODES_TYPE', 'codes of this element type cannot be run', { found: dtype, wanted: 'i8, u8, i16, u16 or i32' })
  }
}

/**
 * Int32 sums to codes, exactly: `saturate(relu(round((v + bias) * m / 2^s)) + zero point)`.
 *
 * In double precision `(v + bias) * m / 2^s + 1/2 + zero point + carrier shift` is one multiplication and one addition;
 * clamped to what the carrier holds it is positive, so that the conversion's truncation is the floor.
 */
export function requantized(build: OnnxBuilder, sums: string, type: TensorType, r: Requantization, channelAxis: number): string {
  const { shape } = build.typeOf(sums)
  const wide = { dtype: 'f64', shape } as const
  const zero = type.quant?.zeroPoint ?? 0
  const shift = shiftOf(type.dtype)
  const [low, high] = codeRange(type.dtype)
  const floor = r.relu ? Math.max(low, zero) : low
  const carrier = type.dtype === 'i8' || type.dtype === 'u8' ? 'u8' : 'i32'
  const channels = Math.max(r.multipliers.length, r.bias?.length ?? 1)
  const perChannel = (value: (i: number) => number) => {
    const values = Array.from({ length: channels }, (_, i) => value(i))
    const uniform = values.every((each) => each === values[0])
    return uniform ? build.numbers('f64', values[0]!) : build.numbers('f64', values, shape.map((_, i) => (i === channelAxis ? channels : 1)))
  }
  const at = <T,>(items: ArrayLike<T>, i: number) => items[items.length === 1 ? 0 : i]!
  const ratio = (i: number) => at(r.multipliers, i) * 2 ** -at(r.shifts, i)
  const bias = (i: number) => (r.bias === undefined ? 0 : at(r.bias, i))
  const offset = zero + shift
  const x = build.cast(sums, 'f64')
  const scaled = build.node('Mul', [x, perChannel(ratio)], wide)
  if (r.rounding === 'half-up') {
    const lifted = build.node('Add', [scaled, perChannel((i) => bias(i) * ratio(i) + 0.5 + offset)], wide)
    if (carrier === 'u8') {
      const clamped = build.node('Clip', [lifted, build.numbers('f64', floor + shift), build.numbers('f64', high + shift)], wide)
      return build.cast(clamped, 'u8')
    }
    const whole = build.node('Floor', [lifted], wide)
    return build.cast(build.node('Clip', [whole, build.numbers('f64', floor), build.numbers('f64', high)], wide), 'i32')
  }
  const summed = r.bias === undefined ? scaled : build.node('Add', [scaled, perChannel((i) => bias(i) * ratio(i))], wide)
  const whole = halfAwayFromZero(build, summed)
  const placed = offset === 0 ? whole : build.node('Add', [whole, build.numbers('f64', offset)], wide)
  return build.cast(build.node('Clip', [placed, build.numbers('f64', floor + shift), build.numbers('f64', high + shift)], wide), carrier)
}

/** Rounds a double to the nearest integer, ties away from zero. */
export function halfAwayFromZero(build: OnnxBuilder, x: string): string {
  const wide = build.typeOf(x)
  const magnitude = build.node('Floor', [build.node('Add', [build.node('Abs', [x], wide), build.numbers('f64', 0.5)], wide)], wide)
  return build.node('Mul', [build.node('Sign', [x], wide), magnitude], wide)
}

/** Codes as numbers of `dtype`, zero point taken off. */
export function centred(build: OnnxBuilder, carried: string, type: TensorType, dtype: 'f32' | 'f64'): string {
  const wide = build.cast(carried, dtype)
  const offset = (type.quant?.zeroPoint ?? 0) + shiftOf(type.dtype)
  return offset === 0 ? wide : build.node('Sub', [wide, build.numbers(dtype, offset)], { dtype, shape: build.typeOf(wide).shape })
}

/** Floats that are whole numbers, clamped to the codes of `type`, as its carrier. */
export function saturated(build: OnnxBuilder, whole: string, type: TensorType, relu = false): string {
  const { dtype, shape } = build.typeOf(whole)
  const zero = type.quant?.zeroPoint ?? 0
  const offset = zero + shiftOf(type.dtype)
  const [low, high] = codeRange(type.dtype)
  const placed = offset === 0 ? whole : build.node('Add', [whole, build.numbers(dtype, offset)], { dtype, shape })
  const floor = (relu ? Math.max(low, zero) : low) + shiftOf(type.dtype)
  const clamped = build.node('Clip', [placed, build.numbers(dtype, floor), build.numbers(dtype, high + shiftOf(type.dtype))], { dtype, shape })
  return build.cast(clamped, type.dtype === 'i8' || type.dtype === 'u8' ? 'u8' : 'i32')
}

/** Elements of a value, for bounds. */
export function elements(build: OnnxBuilder, name: string): number {
  return sizeOf(build, name)
}
