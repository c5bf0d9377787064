import type { Tensor } from '@q/ir'
import { QError } from '@q/ir'
import { numpyFloat, numpyType, pythonFloat, pythonTuple } from '../compare/python-text.ts'
import { numbersOf } from './array-values.ts'
import { numpyArrayLines } from './numpy-array-text.ts'

/** An array as `npz_tool dump` prints it: elements, shape, type, and for three channels their extremes and means. */
export function arrayLines(whole: Tensor, part: Tensor, all: boolean): readonly string[] {
  const lines = [...numpyArrayLines(part, all), `shape ${pythonTuple(whole.shape)}`, `dtype ${numpyType(whole.dtype)}`]
  const { shape } = whole
  const channels = shape.length === 3 ? shape[0] : shape.length >= 4 ? shape[1] : 1
  if (channels !== 3 || (shape.length > 3 && shape[0]! > 1)) return lines
  const slices = slicesOf(numbersOf(whole), 3)
  const list = (name: string, pick: (values: readonly number[]) => number, dtype: Tensor['dtype'] = 'f32') =>
    `${name} ${numpyArrayLines(vector(slices.map(pick), dtype)).join('\n')}`
  const own = ['f32', 'f64', 'f16'].includes(whole.dtype) ? 'f32' : whole.dtype
  return [
    ...lines,
    list('max', greatest, own),
    list('min', least, own),
    list('mean', mean),
    list('abs mean fp32', (values) => mean(values.map(Math.abs))),
    list('std fp32', (values) => Math.sqrt(variance(values))),
  ]
}

/** Mean, variance, extremes and range of each slice of one axis, as `npz_tool statistic` prints them. */
export function statistics(tensor: Tensor, axis: number, at: readonly string[]): readonly string[] {
  const { shape } = tensor
  const size = shape[axis]
  if (size === undefined) {
    throw new QError('AXIS_UNKNOWN', `there is no axis ${axis}`, {
      at,
      found: `shape ${pythonTuple(shape)}`,
      wanted: `0 to ${shape.length - 1}`,
      hint: 'give the axis behind the name',
      kind: 'usage',
    })
  }
  const numbers = numbersOf(tensor)
  const inner = shape.slice(axis + 1).reduce((product, dim) => product * dim, 1)
  const slices: readonly number[][] = Array.from({ length: size }, () => [])
  for (let i = 0; i < numbers.length; i++) slices[Math.floor(i / inner) % size]!.push(numbers[i]!)
  const ranges = slices.map((values) => Math.fround(greatest(values) - least(values)))
  const length = Math.sqrt(ranges.reduce((sum, range) => sum + range * range, 0))
  const shares = ranges.map((range) => (length === 0 ? range : Math.fround(range / length)))
  const order = shares.map((_, i) => i).sort((i, j) => shares[i]! - shares[j]! || i - j)
  const list = (name: string, values: readonly number[], dtype: Tensor['dtype'] = 'f32') =>
    `${name} ${numpyArrayLines(vector(values, dtype)).join('\n')}`
  const wholes = slicesOf(numbers, shape[0] ?? 1)
  return [
    `data shape: ${pythonTuple(shape)}`,
    `new_shape: [${[axis, ...shape.keys()].filter((each, i) => i === 0 || each !== axis).join(', ')}]`,
    list('mean', slices.map(mean)),
    list('var', slices.map(variance)),
    list('max', slices.map(greatest)),
    list('min', slices.map(least)),
    list('data range', ranges),
    list('data range norm', shares),
    list('norm_odr', order, 'i64'),
    ...ranges.map((range, i) => `idx:${i}, range:${pythonFloat(range)}, range norm:${pythonFloat(shares[i]!)}, norm order:${order[i]}`),
    list('mean', wholes.map(mean)),
    list('var', wholes.map(variance)),
  ]
}

/** One number of an array as Python prints it. */
export function elementText(value: number, dtype: string): string {
  if (dtype === 'f32' || dtype === 'f16') return numpyFloat(value)
  return dtype === 'f64' ? pythonFloat(value) : String(value)
}

function slicesOf(numbers: ArrayLike<number>, count: number): readonly (readonly number[])[] {
  const all = Array.from(numbers)
  const size = all.length / count
  return Array.from({ length: count }, (_, i) => all.slice(i * size, (i + 1) * size))
}

function vector(values: readonly number[], dtype: Tensor['dtype']): Tensor {
  if (dtype === 'f32') return { dtype, shape: [values.length], data: Float32Array.from(values) }
  return { dtype: 'i32', shape: [values.length], data: Int32Array.from(values) }
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
const greatest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)

function variance(values: readonly number[]): number {
  const middle = mean(values)
  return mean(values.map((x) => (x - middle) ** 2))
}
