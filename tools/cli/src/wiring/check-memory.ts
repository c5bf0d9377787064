import type { Graph } from '@q/ir'
import { elementCount, QError } from '@q/ir'

/** What tensors that are made of little, or only to be compared, may take in memory together: of which several such sets are held. */
export const grownBytes = (mostBytes: number): number => mostBytes / 16

/** Numbers are computed as 32-bit floats, whatever they are stored as. */
const bytesOfElement = 4

/**
 * Refuses a network whose tensors do not fit into memory together: a file of a few bytes can state any size, and commands that compare every
 * layer hold them all.
 *
 * @throws QError `MODEL_LARGE` with the largest
 */
export function checkMemory({ values }: Pick<Graph, 'values'>, mostBytes: number, place: string): void {
  let sum = 0
  let largest = { name: '', shape: [] as readonly number[], bytes: -1 }
  for (const { name, type } of values.values()) {
    const bytes = bytesOfElement * elementCount(type.shape)
    sum += bytes
    if (bytes > largest.bytes) largest = { name, shape: type.shape, bytes }
  }
  if (sum <= mostBytes) return
  throw new QError('MODEL_LARGE', 'the tensors of the network take more memory than is allowed', {
    at: [place, largest.name],
    found: `${sum} bytes in ${values.size} tensors, ${largest.bytes} in this one of shape [${largest.shape.join(', ')}]`,
    wanted: `${mostBytes} bytes at most`,
    hint: 'give smaller input shapes or a smaller batch, or allow more with --max-memory',
  })
}
