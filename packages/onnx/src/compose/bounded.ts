import { tooLarge } from '../decode/check-size.ts'
import { largestFolded } from '../fold/result-size.ts'

/** The number of elements of a constant that a body is about to make. @throws QError `ONNX_TENSOR_SIZE` for more than are stored */
export function bounded(count: number): number {
  if (count >= 0 && count <= largestFolded) return count
  throw tooLarge(count < 0 ? Number.NaN : count, largestFolded, [])
}
