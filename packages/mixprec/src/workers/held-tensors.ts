import type { Tensor } from '@q/ir'

/** Gives the memory of an array back without waiting for the garbage collector; whoever still reads the array finds it empty. */
export type FreeMemory = (buffer: ArrayBuffer) => void

/** Tensors under numbers, by which they are asked for. */
export interface HeldTensors {
  get(slot: number): Tensor | undefined
  put(slot: number, tensor: Tensor): void
  drop(slots: Iterable<number>): void
  /** Lets go of results that nobody wants. One whose memory a tensor shares that is held stays as it is. */
  discard(tensors: Iterable<Tensor>): void
  clear(): void
}

/**
 * Nothing held.
 *
 * @param free called once with the memory of all that leaves, as soon as nothing that is held shares it. @default the garbage collector does it
 */
export function createHeldTensors(free?: FreeMemory): HeldTensors {
  const tensors = new Map<number, Tensor>()
  /** How many tensors lie in a piece of memory: an operator may hand on what it was fed. */
  const users = new Map<ArrayBufferLike, number>()
  const leave = (slot: number): void => {
    const buffer = tensors.get(slot)?.data.buffer
    if (!tensors.delete(slot) || free === undefined || buffer === undefined) return
    const left = users.get(buffer)! - 1
    if (left > 0) return void users.set(buffer, left)
    users.delete(buffer)
    if (buffer instanceof ArrayBuffer) free(buffer)
  }
  return {
    get: (slot) => tensors.get(slot),
    put(slot, tensor) {
      leave(slot)
      tensors.set(slot, tensor)
      if (free !== undefined) users.set(tensor.data.buffer, (users.get(tensor.data.buffer) ?? 0) + 1)
    },
    drop(slots) {
      for (const slot of slots) leave(slot)
    },
    discard(unwanted) {
      if (free === undefined) return
      const buffers = new Set([...unwanted].map(({ data }) => data.buffer))
      for (const buffer of buffers) if (buffer instanceof ArrayBuffer && !users.has(buffer)) free(buffer)
    },
    clear() {
      for (const slot of [...tensors.keys()]) leave(slot)
    },
  }
}
