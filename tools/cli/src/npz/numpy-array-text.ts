import type { Tensor } from '@q/ir'
import { numpyFloat } from '../compare/python-text.ts'
import { numbersOf } from './array-values.ts'

const lineWidth = 75
const edge = 3
const digits = 6

/**
 * An array as NumPy prints it with six digits and no exponents: columns aligned, lines of at most 75 characters; above a
 * thousand elements only the first and last three along each axis, unless `all`.
 */
export function numpyArrayLines(tensor: Tensor, all = false): readonly string[] {
  const { shape } = tensor
  const numbers = numbersOf(tensor)
  const short = !all && numbers.length > 1000
  const format = formatterOf(tensor, short ? shownOf(numbers, shape) : numbers)
  if (shape.length === 0) return [format(numbers[0]!).trim()]
  return nested({ numbers, shape, short, format }, 0, 0, ' ', lineWidth).split('\n')
}

interface Layout {
  readonly numbers: ArrayLike<number>
  readonly shape: readonly number[]
  readonly short: boolean
  readonly format: (value: number) => string
}

function nested(layout: Layout, axis: number, offset: number, indent: string, width: number): string {
  const { numbers, shape, short, format } = layout
  const size = shape[axis]!
  const stride = shape.slice(axis + 1).reduce((product, dim) => product * dim, 1)
  const left = shape.length - axis
  const places = shownPlaces(size, short)
  if (left === 1) {
    let text = ''
    let line = indent
    places.forEach((place, i) => {
      const word = place < 0 ? '...' : format(numbers[offset + place]!)
      if (line.length + word.length > width - 1 && line.length > indent.length) {
        text += `${line.trimEnd()}\n`
        line = indent
      }
      line += word + (i === places.length - 1 ? '' : ' ')
    })
    return `[${(text + line).slice(indent.length)}]`
  }
  const parts = places.map((place) => (place < 0 ? '...' : nested(layout, axis + 1, offset + place * stride, `${indent} `, width - 1)))
  return `[${parts.map((part, i) => (i === 0 ? part : indent + part)).join('\n'.repeat(left - 1))}]`
}

/** The places along an axis that are printed; -1 stands for what is left out. */
function shownPlaces(size: number, short: boolean): readonly number[] {
  if (!short || size <= 2 * edge) return Array.from({ length: size }, (_, i) => i)
  return [0, 1, 2, -1, size - 3, size - 2, size - 1]
}

function shownOf(numbers: ArrayLike<number>, shape: readonly number[]): readonly number[] {
  let places = [0]
  for (const size of shape)
    places = places.flatMap((place) =>
      shownPlaces(size, true)
        .filter((i) => i >= 0)
        .map((i) => place * size + i),
    )
  return places.map((place) => numbers[place]!)
}

function formatterOf({ dtype }: Tensor, shown: ArrayLike<number>): (value: number) => string {
  const values = Array.from(shown)
  if (dtype === 'bool') return (value) => (value === 0 ? 'False' : ' True')
  if (!['f32', 'f64', 'f16'].includes(dtype)) {
    const width = Math.max(...values.map((value) => String(value).length))
    return (value) => String(value).padStart(width)
  }
  const finite = values.filter(Number.isFinite)
  if (finite.some((value) => Math.abs(value) >= 1e8)) return scientificFormatter(values)
  const write = (value: number) => positional(value, dtype)
  const parts = finite.map((value) => write(value).split('.'))
  const right = Math.max(0, ...parts.map(([, fraction = '']) => fraction.length))
  const odd = values.filter((value) => !Number.isFinite(value)).map((value) => special(value).length - right - 1)
  const left = Math.max(0, ...parts.map(([whole = '']) => whole.length), ...odd)
  return (value) => {
    if (!Number.isFinite(value)) return special(value).padStart(left + right + 1)
    const [whole = '', fraction = ''] = write(value).split('.')
    return `${whole.padStart(left)}.${fraction.padEnd(right)}`
  }
}

const special = (value: number): string => (Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf')

/** Shortest digits, at most six behind the point, without zeros at the end: `1.`, `0.25`. */
function positional(value: number, dtype: string): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  const shortest = dtype === 'f64' ? String(size) : numpyFloat(size)
  const fraction = shortest.split('.')[1] ?? ''
  const text = shortest.includes('e') || fraction.length > digits ? size.toFixed(digits) : shortest
  return sign + (text.includes('.') ? text.replace(/0+$/, '') : `${text}.`)
}

/** All with as many digits behind the point as the longest needs. */
function scientificFormatter(values: readonly number[]): (value: number) => string {
  const mantissas = values.filter(Number.isFinite).map((value) => Number(numpyFloat(value)).toExponential().split('e')[0] ?? '')
  const most = Math.min(digits, Math.max(0, ...mantissas.map((mantissa) => mantissa.split('.')[1]?.length ?? 0)))
  const write = (value: number): string => {
    if (!Number.isFinite(value)) return special(value)
    const [mantissa = '', exponent = '0'] = value.toExponential(most).split('e')
    const power = Number(exponent)
    return `${mantissa}${most === 0 ? '.' : ''}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  const width = Math.max(...values.map((value) => write(value).length))
  return (value) => write(value).padStart(width)
}
