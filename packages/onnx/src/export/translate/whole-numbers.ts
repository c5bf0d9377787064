import type { TensorType } from '@q/ir'
import { shiftOf } from '../onnx/carriers.ts'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { codeLimits, isByte, reach, zeroPointOf } from './codes.ts'
import type { Translation } from './translator.ts'

/**
 * Int64 numbers that are being built, and the largest magnitude that they can have: one for all, or one for each slice of the axis
 * along which they are rescaled.
 */
export interface Whole {
  readonly id: string
  readonly most: readonly bigint[]
}

/** Entry `i` of a list in which one entry stands for all. */
export const entry = <T>(list: readonly T[], i: number): T => list[list.length === 1 ? 0 : i]!

/** Int64 constants, one for all or one for each slice of an axis. */
function wholeConstant(build: OnnxBuilder, numbers: readonly bigint[], rank: number, axis: number): string {
  const [first] = numbers as [bigint]
  const isOne = numbers.every((each) => each === first)
  const list = isOne ? [first] : numbers
  if (list.every((each) => each >= -(2n ** 53n) && each <= 2n ** 53n)) {
    return build.numbers('i64', isOne ? Number(first) : list.map(Number), isOne ? [] : alongAxis(list.length, rank, axis))
  }
  const shape = isOne ? [] : alongAxis(list.length, rank, axis)
  return build.constant({ dtype: 'i64', shape, data: BigInt64Array.from(list) })
}

const alongAxis = (count: number, rank: number, axis: number) => Array.from({ length: rank }, (_, i) => (i === axis ? count : 1))

/** A number operator on int64 numbers of one shape, the second ones constant. */
export function withConstant(build: OnnxBuilder, op: string, x: string, numbers: readonly bigint[], axis: number): string {
  const { shape } = build.typeOf(x)
  const idle = op === 'Mul' || op === 'Div' ? 1n : 0n
  if (op !== 'Mod' && numbers.every((each) => each === idle)) return x
  return build.node(op, [x, wholeConstant(build, numbers, shape.length, axis)], { dtype: 'i64', shape })
}

/**
 * The smaller (`below`) or larger of whole numbers and constants. ONNX Runtime 1.31's own Min, Max and Clip of int64 numbers look at their
 * lower 32 bits on processors with AVX2.
 */
export function limited(build: OnnxBuilder, x: string, side: 'below' | 'above', ends: readonly bigint[], axis: number): string {
  const { shape } = build.typeOf(x)
  const end = wholeConstant(build, ends, shape.length, axis)
  const isOutside = build.node(side === 'below' ? 'Greater' : 'Less', [x, end], { dtype: 'bool', shape })
  return build.node('Where', [isOutside, end, x], { dtype: 'i64', shape })
}

/** Codes as int64 numbers, less `zero`: their own zero point, which may differ by slice, unless another is given. */
export function wholeCodes(t: Translation, name: string, zero?: number): Whole {
  const { build } = t
  const type = t.typeOf(name)
  const { axis, zeroPoints } = type.quant ?? {}
  const wide = build.cast(t.carried(name), 'i64')
  const taken = zero === undefined && axis !== undefined && zeroPoints !== undefined ? zeroPoints : [zero ?? zeroPointOf(type)]
  const offsets = taken.map((each) => BigInt(each + shiftOf(type.dtype)))
  const largest = Math.max(...taken.map((each) => reach(t, name, each)))
  return { id: withConstant(build, 'Sub', wide, offsets, axis ?? 0), most: [BigInt(largest)] }
}

/** Adds constants to whole numbers, one for all or one for each slice of an axis. */
export function plus(build: OnnxBuilder, { id, most }: Whole, numbers: readonly bigint[], axis: number): Whole {
  const length = Math.max(most.length, numbers.length)
  return {
    id: withConstant(build, 'Add', id, numbers, axis),
    most: Array.from({ length }, (_, i) => entry(most, i) + magnitude(entry(numbers, i))),
  }
}

export const magnitude = (x: bigint): bigint => (x < 0n ? -x : x)

/** The number at or beyond which, in either direction, a result is clamped to an end of the codes of `type`. */
export function clampedFrom(type: TensorType, zero = zeroPointOf(type)): bigint | undefined {
  if (type.dtype === 'i64') return undefined
  const [low, high] = codeLimits(type)
  return BigInt(Math.max(Math.abs(low - zero), Math.abs(high - zero)) + 1)
}

/**
 * Whole numbers as codes in their carrier: the zero point added, clamped to what the type holds, with `relu` at the zero point below.
 *
 * @returns `undefined` for a 64-bit result that may have more digits than a double
 */
export function saturatedWhole(
  build: OnnxBuilder,
  v: Whole,
  type: TensorType,
  relu: boolean,
  zero = zeroPointOf(type),
): string | undefined {
  if (type.dtype === 'i64') {
    if (v.most.some((most) => most >= 2n ** 53n)) return undefined
    const placed = withConstant(build, 'Add', v.id, [BigInt(zero)], 0)
    return relu ? limited(build, placed, 'above', [BigInt(zero)], 0) : placed
  }
  const shift = shiftOf(type.dtype)
  const [low, high] = codeLimits(type, relu, zero)
  // Doubles that hold no more than the nearest number are outside of the codes all the same.
  const placed = build.cast(withConstant(build, 'Add', v.id, [BigInt(zero + shift)], 0), 'f64')
  const inside = build.node('Clip', [placed, build.numbers('f64', low + shift), build.numbers('f64', high + shift)], build.typeOf(placed))
  return build.cast(inside, isByte(type.dtype) ? 'u8' : 'i32')
}
