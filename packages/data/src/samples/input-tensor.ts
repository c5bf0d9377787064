import { elementCount, QError, type Tensor } from '@q/ir'

import type { SampleInput } from './sample-input.ts'
import { toFloat32 } from './to-float32.ts'

/**
 * An array from a file as the tensor of a network input: float32, in the input's shape. Axes of length 1 may be missing or too many.
 *
 * @throws QError `SAMPLE_SHAPE`
 */
export function asInput(array: Tensor, input: SampleInput, at: readonly string[]): Tensor {
  if (squeezed(array.shape) !== squeezed(input.shape)) {
    throw new QError('SAMPLE_SHAPE', `an array does not fit the network input ${input.name}`, {
      at,
      found: `shape [${array.shape.join(', ')}]`,
      wanted: `shape [${input.shape.join(', ')}]`,
      hint: hintFor(array.shape, input.shape),
    })
  }
  return { dtype: 'f32', shape: input.shape, data: toFloat32(array) }
}

/** Arrays with a leading axis of 1 put on top of each other, cut to the input's own leading axis. */
export function stacked(arrays: readonly Tensor[], input: SampleInput, at: readonly string[]): Tensor {
  const rows = input.shape[0] ?? 1
  const row: SampleInput = { ...input, shape: [1, ...input.shape.slice(1)] }
  if (arrays.length < rows) {
    throw new QError('SAMPLE_SHAPE', `the network input ${input.name} has more rows than the first input`, {
      at,
      found: `${arrays.length} arrays of one row`,
      wanted: `${rows} rows`,
      hint: 'give arrays with the full leading axis',
    })
  }
  const data = new Float32Array(elementCount(input.shape))
  arrays.slice(0, rows).forEach((array, i) => data.set(asInput(array, row, at).data as Float32Array, i * elementCount(row.shape)))
  return { dtype: 'f32', shape: input.shape, data }
}

function squeezed(shape: readonly number[]): string {
  return shape.filter((dim) => dim !== 1).join('x')
}

function hintFor(found: readonly number[], wanted: readonly number[]): string {
  const sorted = (shape: readonly number[]): string => shape.toSorted((a, b) => a - b).join('x')
  if (sorted(found) === sorted(wanted)) return 'the axes stand in another order; transpose the array'
  return 'save the array in the shape of the network input'
}
