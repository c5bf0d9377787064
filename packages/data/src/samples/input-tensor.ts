import { type DType, elementCount, QError, type Tensor } from '@q/ir'

import type { SampleInput } from './sample-input.ts'
import { toFloat32 } from './to-float32.ts'

/**
 * An array from a file as the tensor of a network input: float32, or the codes that the input takes, in the input's shape. Axes of length 1 may be missing or too many.
 *
 * @throws QError `SAMPLE_SHAPE`; `SAMPLE_INTEGER` for an input of integers and a number that float32 does not hold
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
  if (array.dtype === input.codes) return { ...array, shape: input.shape }
  const data = toFloat32(array)
  if (!floats.includes(input.dtype)) checkHeld(array, data, input, at)
  return { dtype: 'f32', shape: input.shape, data }
}

const floats: readonly DType[] = ['f64', 'f32', 'f16', 'bf16']

/** Refuses ids that would become others: float32 has all integers up to 2^24, and of larger ones some. */
function checkHeld({ data }: Tensor, held: Float32Array, { name, dtype }: SampleInput, at: readonly string[]): void {
  const lost = held.findIndex((number, i) => {
    const given = data[i]!
    return typeof given === 'bigint' ? !Number.isFinite(number) || BigInt(number) !== given : !Object.is(number, given) && number !== given
  })
  if (lost < 0) return
  throw new QError('SAMPLE_INTEGER', `an array has a number for the network input ${name} that samples cannot hold`, {
    at,
    found: `${data[lost]} at ${lost}, which would become ${held[lost]}`,
    wanted: `numbers of ${dtype} that float32 holds: all integers up to ${2 ** 24}`,
    hint: 'give smaller ids, or cut the model behind what looks them up',
  })
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
