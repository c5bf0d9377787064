import { QError } from '../errors.ts'
import type { TensorType } from '../graph/types.ts'
import { elementCount } from '../tensor/tensor.ts'
import type { InferredType } from './define.ts'

/** The same element type and shape. */
export const like = (x: TensorType): InferredType => ({ dtype: x.dtype, shape: x.shape })

/** `axis` counted from the front. @throws QError `SHAPE_AXIS` when there is no such axis. */
export function frontAxis(axis: number, rank: number): number {
  const front = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(front) || front < 0 || front >= rank) {
    throw new QError('SHAPE_AXIS', 'there is no such axis', {
      found: `axis ${axis}`,
      wanted: `-${rank} to ${rank - 1}`,
      hint: 'check the axis against the shape of the operand',
    })
  }
  return front
}

/** The shape that both operands broadcast to (NumPy rules). @throws QError `SHAPE_MISMATCH` */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1
    const y = b[i - rank + b.length] ?? 1
    if (x !== y && x !== 1 && y !== 1) {
      throw new QError('SHAPE_MISMATCH', 'the operands do not broadcast', {
        found: `[${a.join(', ')}] and [${b.join(', ')}]`,
        wanted: 'equal dimensions, or 1',
        hint: 'check the shapes of the operands, and the input shapes they follow from',
      })
    }
    return x === 1 ? y : x
  })
}

/** How many places a window of `kernel` taps can stand in along one axis. @throws QError `SHAPE_WINDOW` when none. */
export function slide(size: number, kernel: number, stride: number, padding: number, dilation = 1): number {
  const places = Math.floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1
  if (!(places > 0 && stride > 0 && kernel > 0 && dilation > 0)) {
    throw new QError('SHAPE_WINDOW', 'the window does not fit', {
      found: `kernel ${kernel}, dilation ${dilation}, stride ${stride} over ${size} + ${padding}`,
      wanted: 'a kernel, dilation and stride of 1 or more and at least one place to stand',
      hint: 'check these attributes, and whether the input of the network is too small for them',
    })
  }
  return places
}

/** Checks a numbered constraint of an operator. @throws QError `SHAPE_MISMATCH` */
export function must(holds: boolean, constraint: string, found: string): void {
  if (!holds) {
    throw new QError('SHAPE_MISMATCH', constraint, {
      found,
      wanted: constraint,
      hint: 'check the attributes of the operator and the shapes of its operands',
    })
  }
}

/** The shape after reducing over `axes`. */
export function reduced(shape: readonly number[], axes: readonly number[], keepdims: boolean): readonly number[] {
  const gone = new Set(axes.map((axis) => frontAxis(axis, shape.length)))
  const kept = shape.flatMap((dim, i) => (gone.has(i) ? (keepdims ? [1] : []) : [dim]))
  return kept.length === 0 ? [1] : kept
}

/**
 * Checks that there is one number for each slice of axis 1 (one for all where there is no such axis), in whatever shape.
 *
 * @param what the numbers are, in the plural
 * @throws QError `SHAPE_MISMATCH`
 */
export function mustBePerChannel(what: string, numbers: TensorType | undefined, x: TensorType, constraint = 'C1'): void {
  if (numbers === undefined) return
  const wanted = x.shape[1] ?? 1
  must(
    elementCount(numbers.shape) === wanted,
    `${constraint}: one of the ${what} for each slice of axis 1`,
    `${elementCount(numbers.shape)} for ${wanted} slices`,
  )
}

/** Whether slopes are a single number, a list for axis 1, or numbers that broadcast along axis 1 alone. */
export function isAlongChannels(slope: readonly number[], x: readonly number[]): boolean {
  const count = elementCount(slope)
  if (count === 1 || elementCount(x) === 0) return true
  return count === x[1] && (slope.length === 1 || slope[1 + slope.length - x.length] === count)
}
