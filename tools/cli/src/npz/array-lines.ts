import type { Tensor } from '@q/ir'
import { numbersOf } from './array-values.ts'

/**
 * An array as lines: its elements (the first and last three along each axis, unless `count` is below 0), shape and type;
 * with a positive `count` its largest elements too.
 */
export function arrayLines(tensor: Tensor, count: number): readonly string[] {
  const numbers = numbersOf(tensor)
  const lines = [
    ...elements(numbers, tensor.shape, 0, count < 0),
    `shape (${tensor.shape.join(', ')}${tensor.shape.length === 1 ? ',' : ''})`,
    `dtype ${tensor.dtype}`,
  ]
  if (count <= 0) return lines
  const largest = Array.from(numbers, (value, i) => ({ value, i })).sort((a, b) => b.value - a.value).slice(0, count)
  return [...lines, `Show Top-K ${count}`, ...largest.map(({ value, i }) => `(${i}, ${value})`)]
}

function elements(numbers: ArrayLike<number>, shape: readonly number[], offset: number, all: boolean): readonly string[] {
  const [size = 1, ...rest] = shape
  const step = rest.reduce((product, dim) => product * dim, 1)
  const shown = all || size <= 6 ? Array.from({ length: size }, (_, i) => i) : [0, 1, 2, -1, size - 3, size - 2, size - 1]
  if (rest.length === 0) return [`[${shown.map((i) => (i < 0 ? '...' : short(numbers[offset + i]!))).join(' ')}]`]
  const inner = shown.flatMap((i) => (i < 0 ? ['...'] : elements(numbers, rest, offset + i * step, all)))
  return inner.map((line, i) => `${i === 0 ? '[' : ' '}${line}${i === inner.length - 1 ? ']' : ''}`)
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
}

/** Mean, variance, maximum, minimum and range of each slice of one axis. */
export function statistics(tensor: Tensor, axis: number): readonly string[] {
  const { shape } = tensor
  const at = Math.min(axis, shape.length - 1)
  const numbers = numbersOf(tensor)
  const inner = shape.slice(at + 1).reduce((product, dim) => product * dim, 1)
  const size = shape[at] ?? 1
  const slices = Array.from({ length: size }, () => ({ count: 0, sum: 0, squares: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }))
  for (let i = 0; i < numbers.length; i++) {
    const slice = slices[Math.floor(i / inner) % size]!
    const x = numbers[i]!
    slice.count++
    slice.sum += x
    slice.squares += x * x
    slice.min = Math.min(slice.min, x)
    slice.max = Math.max(slice.max, x)
  }
  const list = (name: string, pick: (slice: (typeof slices)[number]) => number) => `${name} [${slices.map((slice) => short(pick(slice))).join(' ')}]`
  return [
    `data shape: (${shape.join(', ')})`,
    list('mean', ({ sum, count }) => sum / count),
    list('var', ({ sum, squares, count }) => squares / count - (sum / count) ** 2),
    list('max', ({ max }) => max),
    list('min', ({ min }) => min),
    list('data range', ({ max, min }) => max - min),
  ]
}
