import { elementCount, QError } from '@q/ir'

/** Sizes and numbers of elements are signed numbers of 32 bits in the files of chips. */
export const largestCount = 2 ** 31 - 1

/** Refuses a tensor with more elements than can be counted, before anything makes room for it. @throws QError `ONNX_TENSOR_SIZE` */
export function checkSize(shape: readonly number[], at: readonly string[]): void {
  const count = elementCount(shape)
  if (!(count <= largestCount)) throw tooLarge(count, largestCount, at)
}

/** The error for a tensor of so many elements, `NaN` of them where a size is negative. */
export const tooLarge = (count: number, most: number, at: readonly string[]): QError =>
  new QError('ONNX_TENSOR_SIZE', 'a tensor of the model has a size that it cannot have here', {
    at,
    found: Number.isNaN(count) ? 'a negative size' : `${count} elements`,
    wanted: `${most} elements at most`,
    hint: 'check the sizes that the model states or computes, and the input shapes that they follow from',
  })
