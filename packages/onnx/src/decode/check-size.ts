import { elementCount, QError } from '@q/ir'

/** Sizes and numbers of elements are signed numbers of 32 bits in the files of chips. */
export const largestCount = 2 ** 31 - 1

/** Refuses a tensor with more elements than can be counted, before anything makes room for it. @throws QError `ONNX_TENSOR_SIZE` */
export function checkSize(shape: readonly number[], at: readonly string[]): void {
  const count = shape.every((size) => Number.isInteger(size) && size >= 0) ? elementCount(shape) : Number.NaN
  if (!(count <= largestCount)) throw tooLarge(count, largestCount, at)
}

/** The error for a tensor of so many elements, `NaN` of them where a size is negative or no number. */
export const tooLarge = (count: number, most: number, at: readonly string[]): QError =>
  new QError('ONNX_TENSOR_SIZE', 'a tensor of the model has a size that it cannot have here', {
    at,
    found: Number.isNaN(count) ? 'a size that is negative or no number' : `${count} elements`,
    wanted: `sizes from 0, and ${most} elements at most`,
    hint: 'check the sizes that the model states or computes, and the input shapes that they follow from',
  })

/** Elements that all tensors which no input leads to may have beyond those that they are made of: a small file can state any number. */
const mostGrown = 2 ** 26

/**
 * What tensors that no input leads to have grown by, with those of one node more.
 *
 * @param grown what they have grown by before
 * @param operands each of them once, however often the node reads it
 * @throws QError `ONNX_TENSOR_SIZE` when that is too much
 */
export function grownSize(
  grown: number,
  operands: readonly (Sized | undefined)[],
  results: readonly (Sized | undefined)[],
  at: readonly string[],
): number {
  const size = (tensors: readonly (Sized | undefined)[]): number =>
    tensors.reduce((sum, each) => sum + (each === undefined ? 0 : elementCount(each.shape)), 0)
  const sum = grown + Math.max(0, size(results) - size(operands))
  if (sum > mostGrown) throw tooLarge(sum, mostGrown, at)
  return sum
}

interface Sized {
  readonly shape: readonly number[]
}
