import type { Attrs } from '@q/ir'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { entry, limited, magnitude, type Whole, withConstant } from './whole-numbers.ts'

/** How whole numbers are brought to another scale, one factor for all or one for each slice of an axis. */
export interface WholeFactors {
  /** The words of the `requantize` attribute. */
  readonly kind: string
  /** The words of the `rounding` attribute. */
  readonly rounding: string
  readonly multipliers: readonly bigint[]
  readonly shifts: readonly number[]
}

/** The factors that a node's attributes describe; `which` picks one out of factors for operands. */
export function factorsOf(attrs: Attrs, which?: number): WholeFactors {
  const list = (name: string, otherwise: number): readonly number[] => {
    const given = attrs[name] as readonly number[] | undefined
    if (given === undefined || given.length === 0) return [otherwise]
    return which === undefined ? given : [(given.length === 1 ? given[0] : given[which]) ?? otherwise]
  }
  return {
    kind: String(attrs['requantize']),
    rounding: String(attrs['rounding']),
    multipliers: list('multipliers', 1).map(BigInt),
    shifts: list('shifts', 0),
  }
}

/** Whole numbers before a right shift by as many bits. */
interface Unshifted extends Whole {
  readonly shifts: readonly number[]
}

/** The least magnitude that int64 does not hold. */
export const beyond = 2n ** 63n
const limb = 16n

/** How many factors there are. */
const countOf = (...lists: readonly (readonly unknown[])[]): number => Math.max(...lists.map(({ length }) => length))
const listOf = <T>(count: number, of: (i: number) => T): readonly T[] => Array.from({ length: count }, (_, i) => of(i))

/**
 * `round(v * m / 2^s)` in int64 numbers, to the bit, by any rounding and any way of requantization.
 *
 * @param clamped results of this magnitude and beyond may be replaced by others of the same sign that also are; absent: none may
 * @returns `undefined` when a number on the way could leave int64
 */
export function rescaledWhole(build: OnnxBuilder, v: Whole, factors: WholeFactors, axis: number, clamped?: bigint): Whole | undefined {
  const { kind, rounding, multipliers, shifts } = factors
  if (kind === 'none') return v
  if (kind === 'quantized-multiplier') return byQuantizedMultiplier(build, v, factors, axis, clamped)
  const count = countOf(v.most, multipliers, shifts)
  const right = listOf(count, (i) => Math.min(63, Math.max(0, entry(shifts, i))))
  const scales = listOf(count, (i) => (kind === 'shift' ? 1n : entry(multipliers, i)) << BigInt(Math.max(0, -entry(shifts, i))))
  const product = times(build, v, scales, right, axis, clamped)
  return product && shifted(build, product, rounding, axis)
}

/**
 * The way of TensorFlow Lite: a left shift that wraps at 32 bits, a product rounded half up to 32 bits, a right shift. Numbers of more bits
 * neither wrap nor are clamped to 32 bits; where one may be both, by what it is shifted or multiplied, there is no translation.
 */
function byQuantizedMultiplier(
  build: OnnxBuilder,
  v: Whole,
  { rounding, multipliers, shifts }: WholeFactors,
  axis: number,
  clamped: bigint | undefined,
): Whole | undefined {
  const isWide = v.most.some((most) => most > 2n ** 31n)
  if (isWide && multipliers.some((mantissa) => magnitude(mantissa) >= 2n ** 31n)) return undefined
  const raised = raisedIn32(build, v, shifts, axis)
  if (raised === undefined) return undefined
  const count = countOf(raised.most, multipliers, shifts)
  // Of numbers of 32 bits a shift by 60 leaves what one by 63 does.
  const right = listOf(count, (i) => Math.min(isWide ? 63 : 60, Math.max(0, entry(shifts, i))))
  const beyondCodes = clamped && (clamped + 1n) << BigInt(Math.max(...right))
  const product = times(
    build,
    raised,
    listOf(count, (i) => entry(multipliers, i)),
    listOf(count, () => 31),
    axis,
    isWide ? beyondCodes : 2n ** 31n,
  )
  const high = product && shifted(build, product, 'half-up', axis)
  if (high === undefined) return undefined
  const inside = isWide ? high : clampedTo32(build, high, axis)
  if (isWide && !right.every((each, i) => isShiftable(entry(inside.most, i), each))) return undefined
  return shifted(build, { ...inside, shifts: right }, rounding, axis)
}

function clampedTo32(build: OnnxBuilder, { id }: Whole, axis: number): Whole {
  const top = limited(build, id, 'below', [2n ** 31n - 1n], axis)
  return { id: limited(build, top, 'above', [-(2n ** 31n)], axis), most: [2n ** 31n] }
}

function raisedIn32(build: OnnxBuilder, v: Whole, shifts: readonly number[], axis: number): Whole | undefined {
  const count = countOf(v.most, shifts)
  const left = listOf(count, (i) => Math.max(0, -entry(shifts, i)))
  if (left.every((each) => each === 0)) return v
  const most = listOf(count, (i) => entry(v.most, i) << BigInt(left[i]!))
  const powers = (of: (i: number) => number) => listOf(count, (i) => 1n << BigInt(of(i)))
  if (most.every((each) => each < 2n ** 31n))
    return {
      id: withConstant(
        build,
        'Mul',
        v.id,
        powers((i) => left[i]!),
        axis,
      ),
      most,
    }
  // Numbers of more than 32 bits do not wrap.
  if (v.most.some((each) => each > 2n ** 31n)) return undefined
  // One that is not shifted keeps more than 32 bits, which wrapping would take.
  if (left.some((each, i) => each > 31 || (each === 0 && entry(v.most, i) >= 2n ** 31n))) return undefined
  const low = withConstant(
    build,
    'Mod',
    v.id,
    powers((i) => 32 - left[i]!),
    axis,
  )
  const lifted = withConstant(
    build,
    'Add',
    withConstant(
      build,
      'Mul',
      low,
      powers((i) => left[i]!),
      axis,
    ),
    [2n ** 31n],
    axis,
  )
  const wrapped = withConstant(build, 'Sub', withConstant(build, 'Mod', lifted, [2n ** 32n], axis), [2n ** 31n], axis)
  return { id: wrapped, most: [2n ** 31n] }
}

/** `v * m`, shifts still to be done: as it is, in two parts where 64 bits are too few, of clamped numbers where these are too few. */
function times(
  build: OnnxBuilder,
  v: Whole,
  scales: readonly bigint[],
  shifts: readonly number[],
  axis: number,
  clamped: bigint | undefined,
): Unshifted | undefined {
  const whole = plainProduct(build, v, scales, shifts, axis) ?? shortenedProduct(build, v, scales, shifts, axis)
  if (whole !== undefined || clamped === undefined) return whole
  const ends = scales.map((scale, i) => {
    const needed = scale === 0n ? 1n : ((clamped << BigInt(shifts[i]!)) + magnitude(scale) - 1n) / magnitude(scale)
    const most = entry(v.most, i)
    return needed < most ? needed : most
  })
  const top = limited(build, v.id, 'below', ends, axis)
  const inside: Whole = {
    id: limited(
      build,
      top,
      'above',
      ends.map((end) => -end),
      axis,
    ),
    most: ends,
  }
  return plainProduct(build, inside, scales, shifts, axis) ?? shortenedProduct(build, inside, scales, shifts, axis)
}

function plainProduct(
  build: OnnxBuilder,
  v: Whole,
  scales: readonly bigint[],
  shifts: readonly number[],
  axis: number,
): Unshifted | undefined {
  const most = scales.map((scale, i) => entry(v.most, i) * magnitude(scale))
  const isNothing = shifts.every((shift) => shift === 0)
  if (!most.every((each, i) => (isNothing ? each < beyond : isShiftable(each, shifts[i]!)))) return undefined
  return { id: withConstant(build, 'Mul', v.id, scales, axis), most, shifts }
}

/**
 * The product without its last 15 bits, the lowest bit that is kept telling whether there was anything below: rounding to a multiple of a
 * larger power of two asks for no more. With `v = h * 2^16 + l` it is `h * m + floor(l * m / 2^16)`, doubled, and that bit.
 */
function shortenedProduct(
  build: OnnxBuilder,
  v: Whole,
  scales: readonly bigint[],
  shifts: readonly number[],
  axis: number,
): Unshifted | undefined {
  const short = shifts.map((shift) => BigInt(Math.max(0, 17 - shift)))
  const factors = scales.map((scale, i) => scale << short[i]!)
  const right = shifts.map((shift, i) => shift + Number(short[i]!) - 15)
  const most = factors.map((scale, i) => 2n * ((entry(v.most, i) >> limb) + 2n) * magnitude(scale) + 3n)
  const fits = factors.every((scale, i) => magnitude(scale) < 2n ** 45n && entry(v.most, i) < 2n ** 61n && isShiftable(most[i]!, right[i]!))
  if (!fits) return undefined
  const [high, low] = parts(
    build,
    v.id,
    v.most.reduce((a, b) => (a > b ? a : b)),
    axis,
  )
  const product = withConstant(build, 'Mul', low, factors, axis)
  const [carry, rest] = parts(build, product, factors.map(magnitude).reduce((a, b) => (a > b ? a : b)) << limb, axis)
  const wide = build.typeOf(v.id)
  const sum = build.node('Add', [withConstant(build, 'Mul', high, factors, axis), carry], wide)
  const sticky = build.cast(build.cast(rest, 'bool'), 'i64')
  return { id: build.node('Add', [withConstant(build, 'Mul', sum, [2n], axis), sticky], wide), most, shifts: right }
}

/** `floor(x / 2^16)` and what is left. */
function parts(build: OnnxBuilder, x: string, most: bigint, axis: number): readonly [string, string] {
  const lift = (most >> limb) + 1n
  const lifted = withConstant(build, 'Add', x, [lift << limb], axis)
  const floor = withConstant(build, 'Sub', withConstant(build, 'Div', lifted, [1n << limb], axis), [lift], axis)
  const whole = withConstant(build, 'Mul', floor, [1n << limb], axis)
  return [floor, build.node('Sub', [x, whole], build.typeOf(x))]
}

/** Whether {@link shifted} stays in int64. */
const isShiftable = (most: bigint, shift: number): boolean => shift <= 60 && 2n * most + (5n << BigInt(shift)) < beyond

/**
 * A right shift, rounded. Division in ONNX cuts off, which is the floor of what is not negative: an even multiple of the divisor is added
 * first and taken off again.
 */
function shifted(build: OnnxBuilder, { id, most, shifts }: Unshifted, rounding: string, axis: number): Whole {
  if (shifts.every((shift) => shift === 0)) return { id, most }
  const count = countOf(most, shifts)
  const units = listOf(count, (i) => 1n << BigInt(entry(shifts, i)))
  const lifts = listOf(count, (i) => 2n * ((entry(most, i) >> BigInt(entry(shifts, i) + 1)) + 1n))
  const offsets = lifts.map((lift, i) => lift * units[i]!)
  const halves = units.map((unit) => unit >> 1n)
  const belowHalf = halves.map((half) => (half === 0n ? 0n : half - 1n))
  const moving = units.map((unit) => (unit === 1n ? 0n : 1n))
  const wide = build.typeOf(id)
  const isNegative = () => build.cast(build.node('Less', [id, build.numbers('i64', 0)], { ...wide, dtype: 'bool' }), 'i64')
  const start = (addends: readonly bigint[]) =>
    withConstant(
      build,
      'Add',
      id,
      offsets.map((offset, i) => offset + addends[i]!),
      axis,
    )
  const nothing = units.map(() => 0n)
  const ready = (): string => {
    switch (rounding) {
      case 'half-up':
        return start(halves)
      case 'half-down':
        return start(belowHalf)
      case 'half-away-from-zero':
        return build.node('Sub', [start(halves), withConstant(build, 'Mul', isNegative(), moving, axis)], wide)
      case 'half-to-even': {
        const floor = withConstant(build, 'Div', start(nothing), units, axis)
        const odd = withConstant(build, 'Mul', withConstant(build, 'Mod', floor, [2n], axis), moving, axis)
        return build.node('Add', [start(belowHalf), odd], wide)
      }
      case 'toward-zero': {
        const up = withConstant(
          build,
          'Mul',
          isNegative(),
          units.map((unit) => unit - 1n),
          axis,
        )
        return build.node('Add', [start(nothing), up], wide)
      }
      case 'up':
        return start(units.map((unit) => unit - 1n))
      default:
        return start(nothing)
    }
  }
  const whole = withConstant(build, 'Sub', withConstant(build, 'Div', ready(), units, axis), lifts, axis)
  return { id: whole, most: listOf(count, (i) => (entry(most, i) >> BigInt(entry(shifts, i))) + 1n) }
}
