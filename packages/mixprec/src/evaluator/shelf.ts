import type { Tally } from './counts.ts'

/** Where a tensor is. */
export interface Shelved {
  readonly slot: number
  readonly bytes: number
}

/** Which tensors a workbench keeps, the ones used last, as many as a budget holds. Keys name a value and a sample. */
export interface Shelf {
  has(key: string): boolean
  /** The slot of a tensor that is there, which counts as used now. */
  use(key: string): number
  /**
   * Puts a tensor there and takes others away for it.
   *
   * @param isPinned whether a tensor must stay
   * @returns the slots that were taken away; `undefined` when there is no room for it
   */
  put(key: string, tensor: Shelved, isPinned: (key: string) => boolean): readonly number[] | undefined
  /** What it may hold from now on. @param part of its budget @returns the slots that were taken away for it */
  narrow(part: number): readonly number[]
  /** Bytes that it may hold. */
  room(): number
  /** Takes a tensor away. @returns its slot, if it was there */
  take(key: string): number | undefined
  clear(): void
}

/** An empty shelf. */
export function createShelf(budgetBytes: number, tally: Tally): Shelf {
  // In the order of their last use: a map keeps the order of insertion.
  const shelved = new Map<string, Shelved>()
  let held = 0
  let most = budgetBytes
  const change = (bytes: number): void => {
    held += bytes
    tally.tensorBytes += bytes
    tally.mostTensorBytes = Math.max(tally.mostTensorBytes, tally.tensorBytes)
  }
  const take = (key: string): number | undefined => {
    const tensor = shelved.get(key)
    if (tensor === undefined) return undefined
    shelved.delete(key)
    change(-tensor.bytes)
    return tensor.slot
  }
  return {
    has: (key) => shelved.has(key),
    use(key) {
      const tensor = shelved.get(key)!
      shelved.delete(key)
      shelved.set(key, tensor)
      return tensor.slot
    },
    narrow(part) {
      most = Math.floor(budgetBytes * part)
      const slots: number[] = []
      for (const key of shelved.keys()) {
        if (held <= most) break
        slots.push(take(key)!)
      }
      tally.tensorsEvicted += slots.length
      return slots
    },
    room: () => most,
    put(key, tensor, isPinned) {
      const leaving: string[] = []
      let room = most - held - tensor.bytes
      for (const [other, { bytes }] of shelved) {
        if (room >= 0) break
        if (isPinned(other)) continue
        leaving.push(other)
        room += bytes
      }
      if (room < 0) return undefined
      const slots = leaving.map((other) => take(other)!)
      tally.tensorsEvicted += slots.length
      tally.tensorsKept++
      shelved.set(key, tensor)
      change(tensor.bytes)
      return slots
    },
    take,
    clear() {
      for (const key of [...shelved.keys()]) take(key)
    },
  }
}
