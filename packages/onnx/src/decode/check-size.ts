import { elementCount, QError } from '@q/ir'

/** Sizes and numbers of elements are signed numbers of 32 bits in the files of chips. */
export const largestCount = 2 ** 31 - 1

/** Refuses a tensor with more elements than can be counted, before anything makes room for it. @throws QError `ONNX_TENSOR_SIZE` */
export function checkSize(shape: readonly number[], at: readonly string[]): void {
  const count = shape.every((size) => Number.isInteger(size) && size >= 0) ? elementCount(shape) : Number.NaN
  if (!(count <= largestCount)) throw tooLarge(count, largestCount, at)
}

/** The error for a tensor of so many elements, `NaN` of them where a size is negative or no number. */
export const tooLarge = (
  count: number,
  most: number,
  at: readonly string[],
  hint = 'check the sizes that the model states or computes, and the input shapes that they follow from',
): QError =>
  new QError('ONNX_TENSOR_SIZE', 'a tensor of the model has a size that it cannot have here', {
    at,
    found: Number.isNaN(count) ? 'a size that is negative or no number' : `${count} elements`,
    wanted: `sizes from 0, and ${most} elements at most`,
    hint,
  })

/** Bytes that all tensors which no input leads to may take beyond those that they are made of: a small file can state any number. */
const usualMostGrown = 2 ** 28

/** Numbers are computed as 32-bit floats, whatever they are stored as. */
const bytesOfElement = 4

/**
 * Counts what tensors that no input leads to grow by, node by node.
 *
 * @param mostBytes what they may grow by in all
 */
export function growthOf(mostBytes = usualMostGrown): Growth {
  const most = Math.floor(mostBytes / bytesOfElement)
  const size = (tensors: readonly (Sized | undefined)[]): number =>
    tensors.reduce((sum, each) => sum + (each === undefined ? 0 : elementCount(each.shape)), 0)
  let grown = 0
  return (operands, results, at) => {
    grown += Math.max(0, size(results) - size(operands))
    if (grown > most)
      throw tooLarge(
        grown,
        most,
        at,
        'check the sizes that the model states or computes, or allow more with --max-memory, of which this is a sixteenth',
      )
  }
}

/**
 * Adds what a node makes of `operands`, each of them given once, however often it reads them.
 *
 * @throws QError `ONNX_TENSOR_SIZE` when all nodes together have made too much
 */
type Growth = (operands: readonly (Sized | undefined)[], results: readonly (Sized | undefined)[], at: readonly string[]) => void

interface Sized {
  readonly shape: readonly number[]
}
