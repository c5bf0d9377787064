/** A place in a binary area: bytes from its start. */
export interface BinarySpan {
  readonly start: number
  readonly size: number
}

/** The binary area of a container while it is filled: blobs in order, each padded to the alignment. */
export interface BinaryArea {
  /** Appends a blob. @returns its place (the size without padding) */
  add(bytes: Uint8Array): BinarySpan
  /** Bytes so far, the padding of the last blob included. */
  readonly size: number
  bytes(): Uint8Array
}

/** Rounds a size up to a multiple of the alignment. */
export function aligned(size: number, alignment: number): number {
  return Math.ceil(size / alignment) * alignment
}

/** An empty binary area whose blobs start at multiples of `alignment`. */
export function binaryArea(alignment: number): BinaryArea {
  const blobs: { readonly start: number; readonly bytes: Uint8Array }[] = []
  let size = 0
  return {
    add(bytes) {
      const start = size
      blobs.push({ start, bytes })
      size += aligned(bytes.length, alignment)
      return { start, size: bytes.length }
    },
    get size() {
      return size
    },
    bytes() {
      const all = new Uint8Array(size)
      for (const { start, bytes } of blobs) all.set(bytes, start)
      return all
    },
  }
}
