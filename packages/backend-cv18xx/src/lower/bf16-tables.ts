import type { ScalarFunction, Value } from '@q/ir'
import { newConstant } from '@q/ir/lowering'
import { decodeBf16, encodeBf16, saturatingBf16 } from '@q/ir/number'

/** Entries of a table, and those of one side of zero. */
const entries = 256
const half = entries / 2
/** The layout of a table in the vendor's files. */
const shape = [1, 1, 32, 8]

const bits = (x: number): number => encodeBf16(x, saturatingBf16)
const rounded = (x: number): number => decodeBf16(bits(x))
const f = Math.fround

const table = (name: string, numbers: readonly number[]): Value => newConstant(name, 'bf16', shape, Uint16Array.from(numbers, bits))

/** Two tables that belong together. */
export type TablePair = readonly [table: Value, second: Value]

/**
 * A function by pieces of straight lines between -`reach` and `reach`: its numbers, and the slopes behind them. Beyond the ends the slope is that to three times the
 * reach. Negative places stand behind the others.
 */
export function slopeTables(name: string, f_: ScalarFunction, reach: number): TablePair {
  const step = f((2 * reach) / entries)
  const places = Array.from({ length: entries }, (_, i) => (i < half ? f(i * step) : f(-reach + (i - half) * step)))
  const numbers = places.map((x) => rounded(f_(x)))
  const scale = entries / (2 * reach)
  const slopes = numbers.map((number, i) => {
    if (i === half - 1) return (f_(3 * reach) - f_(reach)) / (2 * reach * scale)
    if (i === half) return (f_(-3 * reach) - f_(-reach)) / (-2 * reach * scale)
    return i < half ? numbers[i + 1]! - number : number - numbers[i - 1]!
  })
  return [table(`${name}_slope_table_bf16`, numbers), table(`${name}_slope_slope_table_bf16`, slopes)]
}

/** Exponents that have entries. */
const exponents = Array.from({ length: half - 1 }, (_, i) => i - 62)
const mantissas = Array.from({ length: entries }, (_, i) => 1 + (i % half) / half)

/** A power of the exponent, and one of the mantissa. @param names of the tables @param times a number that the power is multiplied with */
export function powerTables(names: readonly [string, string], power: number, times = 1): TablePair {
  const atZero = power < 0 ? Infinity : power === 0 ? 1 : 0
  const above = exponents.map((k) => 2 ** (power * k))
  const sign = Math.abs(power) % 2 === 1 ? -1 : 1
  const below = Number.isInteger(power) ? [atZero, ...above.map((x) => sign * x)] : [atZero, ...above].map(() => 0)
  return [
    table(names[0], [atZero, ...above, ...below]),
    table(
      names[1],
      mantissas.map((m) => times * m ** power),
    ),
  ]
}

/** The least bfloat16 number, for the logarithms of what has none. */
const leastNumber = -3.3895313892515355e38

/** The logarithm of the exponent, and that of the mantissa. @param names of the tables */
export function logarithmTables(names: readonly [string, string]): TablePair {
  const above = [leastNumber, ...exponents.map((k) => k * Math.LN2)]
  return [
    table(names[0], [...above, 0, ...exponents.map(() => leastNumber)]),
    table(
      names[1],
      mantissas.map((m) => Math.log(m)),
    ),
  ]
}
