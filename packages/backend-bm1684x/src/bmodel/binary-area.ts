import type { BinarySpan } from './flat-table.ts'

/** Blobs of the container start at multiples of this. */
export const blobAlignment = 4096

/** The binary area of a container while it is filled: blobs in order, each padded to the alignment. */
export interface BinaryArea {
  /** Appends a blob. @returns its place (the size without padding) */
  add(bytes: Uint8Array): BinarySpan
  readonly size: number
  bytes(): Uint8Array
}

/** Rounds up to the alignment of blobs. */
export function aligned(size: number): number {
  return Math.ceil(size / blobAlignment) * blobAlignment
}

/** An empty binary area. */
export function binaryArea(): BinaryArea {
  const blobs: Uint8Array[] = []
  let size = 0
  return {
    add(bytes) {
      const span = { start: size, size: bytes.length }
      blobs.push(bytes)
      size += aligned(bytes.length)
      return span
    },
    get size() {
      return size
    },
    bytes() {
      const all = new Uint8Array(size)
      let at = 0
      for (const blob of blobs) {
        all.set(blob, at)
        at += aligned(blob.length)
      }
      return all
    },
  }
}
