import type { Attrs, DType, Quant, Tensor, TensorType } from '@q/ir'
import { elementCount, storageArray } from '@q/ir'
import { integerRange } from '@q/ir/number'

/** A source of numbers from 0 to 1, 1 excluded. */
export type Roll = () => number

/** An operand of a random node. */
export interface Operand {
  readonly type: TensorType
  readonly isConstant?: boolean
  readonly numbers?: ArrayLike<number | bigint>
}

/** Element types of codes. */
export type CodeType = 'i8' | 'u8' | 'i16' | 'u16'
/** All of them. */
export const codeTypes = ['i8', 'u8', 'i16', 'u16'] as const
/** Words of `rounding`. */
export const roundings = ['half-up', 'half-away-from-zero', 'half-to-even', 'half-down', 'toward-zero', 'down', 'up']
const kinds = ['multiplier-shift', 'multiplier-shift', 'quantized-multiplier', 'shift', 'none']

/** None, endless, huge, next to nothing, and zeros of both signs. */
const specialNumbers = [
  Number.NaN,
  Infinity,
  -Infinity,
  3e38,
  -3e38,
  65520,
  -7e4,
  0,
  -0,
  1e-38,
  -3e-39,
  2 ** -149,
  1.1754942e-38,
  6e-8,
  -2e-8,
]

/** What random nodes are made of. */
export function source(roll: Roll) {
  const whole = (low: number, high: number): number => low + Math.floor(roll() * (high - low + 1))
  const pick = <T>(items: readonly T[]): T => items[whole(0, items.length - 1)]!
  const chance = (p: number): boolean => roll() < p
  const anyCode = (dtype: DType): number => {
    const { min, max } = integerRange(dtype as CodeType)
    return chance(0.1) ? pick([min, max, 0]) : whole(min, max)
  }
  const codes = (dtype: DType, shape: readonly number[]) => Array.from({ length: elementCount(shape) }, () => anyCode(dtype))
  /** A zero point near the middle mostly, and a range of fewer bits now and then. */
  const quant = (dtype: CodeType | 'i32'): Quant => {
    const { min, max } = integerRange(dtype)
    const zeroPoint = chance(0.4) || dtype === 'i32' ? 0 : whole(Math.floor(min * 0.9), Math.floor(max * 0.9))
    const narrow = (max - min + 1) / 16
    const saturate = [Math.max(min, zeroPoint - narrow), Math.min(max, zeroPoint + narrow - 1)] as const
    return { scale: 2 ** -whole(0, 12) * pick([1, 0.7, 1.3]), zeroPoint, expressed: 'f32', ...(chance(0.1) ? { saturate } : {}) }
  }
  const resultType = (dtype: CodeType | 'i32' = pick(codeTypes)) => ({ dtype, quant: quant(dtype) })
  const operand = (shape: readonly number[], dtype: CodeType | 'i32' = pick(codeTypes)): Operand => ({
    type: { shape, ...resultType(dtype) },
  })
  const fixed = (each: Operand): Operand => ({ ...each, isConstant: true })
  /** Weights, their zero point taken from an axis now and then. */
  const weights = (shape: readonly number[], axis: number): Operand => {
    const dtype = pick(codeTypes)
    const own = quant(dtype)
    if (!chance(0.3)) return fixed({ type: { dtype, shape, quant: { ...own, zeroPoint: chance(0.5) ? own.zeroPoint : 0 } } })
    const slices = Array.from({ length: shape[axis]! }, () => quant(dtype))
    const sliced: Quant = { ...own, axis, scales: slices.map(({ scale }) => scale), zeroPoints: slices.map(({ zeroPoint }) => zeroPoint) }
    return fixed({ type: { dtype, shape, quant: sliced } })
  }
  const bias = (count: number): Operand | undefined => {
    if (chance(0.3)) return undefined
    const dtype = pick(['i32', 'i32', 'i64'] as const)
    const size = dtype === 'i32' ? 2 ** whole(4, 30) : 2 ** whole(4, 40)
    return { type: { dtype, shape: [count] }, isConstant: true, numbers: Array.from({ length: count }, () => whole(-size, size)) }
  }
  /** Factors of about 2^-bits, one for each of `count`, or one. */
  const factors = (count: number, bits: number, allowed: readonly string[] = kinds): Attrs => {
    const kind = pick(allowed)
    const length = chance(0.5) ? 1 : count
    const size = kind === 'quantized-multiplier' ? 31 : pick([7, 15, 31])
    const list = (of: () => number) => Array.from({ length }, of)
    const shift = () => bits + whole(-2, 2) + (kind === 'multiplier-shift' ? size : 0)
    return {
      requantize: kind,
      rounding: pick(roundings),
      multipliers: kind === 'shift' && chance(0.5) ? [] : list(() => (chance(0.05) ? -1 : 1) * whole(2 ** (size - 1), 2 ** size - 1)),
      shifts: list(() => (chance(0.05) ? whole(-3, 40) : Math.max(kind === 'multiplier-shift' ? 0 : -8, shift()))),
    }
  }
  /** Whole factors from 1 to beyond what float32 holds: left shifts. */
  const leftFactors = (count: number): Attrs => {
    const list = (of: () => number) => Array.from({ length: count }, of)
    const requantize = pick(['multiplier-shift', 'multiplier-shift', 'shift'])
    const rounding = pick(['half-up', 'half-up', 'half-away-from-zero'])
    return { requantize, rounding, multipliers: list(() => whole(1, 127)), shifts: list(() => -whole(0, 20)) }
  }
  /** The operand fed with its zero point and the codes next to it. */
  const nearZero = ({ type }: Operand): Operand => {
    const { min, max } = integerRange(type.dtype as CodeType)
    const code = () => Math.max(min, Math.min(max, (type.quant?.zeroPoint ?? 0) + whole(-1, 1)))
    return { type, numbers: Array.from({ length: elementCount(type.shape) }, code) }
  }
  const special = (): number => pick(specialNumbers)
  /** A style of the two that ONNX Runtime has, where bfloat16 numbers are made. */
  const bf16Style = ({ dtype }: { readonly dtype: DType }): Attrs => (dtype === 'bf16' && chance(0.3) ? { bf16: 'round' } : {})
  const flags = (): Attrs => ({ relu: chance(0.3), zeroPointInSum: chance(0.5) })
  return {
    whole,
    pick,
    chance,
    codes,
    quant,
    resultType,
    operand,
    fixed,
    weights,
    bias,
    factors,
    leftFactors,
    nearZero,
    special,
    bf16Style,
    flags,
  }
}

/** Numerical Recipes' linear congruence. */
export function dice(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Numbers in the storage of an element type; those of 16-bit floats as float32 numbers, ordinary ones of which float16 holds. */
export function elementsOf(dtype: DType, numbers: ArrayLike<number | bigint>): Tensor['data'] {
  if (dtype === 'i64') return BigInt64Array.from(Array.from(numbers, BigInt))
  if (dtype === 'f16')
    return Float32Array.from(numbers as ArrayLike<number>, (each) => (Math.abs(each) < 1000 ? Math.round(each * 64) / 64 : each))
  if (dtype === 'bf16') return Float32Array.from(numbers as ArrayLike<number>)
  return (storageArray[dtype] as Float64ArrayConstructor).from(Array.from(numbers, Number)) as never
}
