import type { ObserverState } from '@q/ir'
import { sha256 } from '@q/ir/graph'
import type { PoolStart } from './observer-pool.ts'

/** Where an interrupted calibration is kept, for example a file. */
export interface CheckpointStore {
  read(): Promise<Uint8Array | undefined>
  /** Replaces what was kept, whole or not at all. */
  write(bytes: Uint8Array): Promise<void>
  clear(): Promise<void>
}

const digestBytes = 32

/**
 * A checkpoint as bytes: a digest of the rest, the length of a JSON header, the header (what the calibration is of, samples seen,
 * sizes), then the numbers and counts of every observer.
 */
export function encodeCheckpoint(key: string, { samples, states }: PoolStart): Uint8Array {
  const header = new TextEncoder().encode(
    JSON.stringify({
      key,
      samples,
      sizes: states.map(({ numbers, counts }) => [numbers.length, counts?.length ?? -1]),
    }),
  )
  const size = states.reduce((sum, { numbers, counts }) => sum + 8 * numbers.length + 4 * (counts?.length ?? 0), 0)
  const bytes = new Uint8Array(digestBytes + 4 + header.length + size)
  const view = new DataView(bytes.buffer)
  view.setUint32(digestBytes, header.length, true)
  bytes.set(header, digestBytes + 4)
  let at = digestBytes + 4 + header.length
  for (const { numbers, counts } of states) {
    for (const number of numbers) {
      view.setFloat64(at, number, true)
      at += 8
    }
    for (const count of counts ?? []) {
      view.setInt32(at, count, true)
      at += 4
    }
  }
  bytes.set(sha256(bytes.subarray(digestBytes)))
  return bytes
}

/** What a checkpoint holds; `undefined` when it is damaged or of another calibration. */
export function decodeCheckpoint(key: string, bytes: Uint8Array): PoolStart | undefined {
  if (bytes.length < digestBytes + 4) return undefined
  const digest = sha256(bytes.subarray(digestBytes))
  if (digest.some((byte, i) => byte !== bytes[i])) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = digestBytes + 4 + view.getUint32(digestBytes, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(digestBytes + 4, at))) as {
    readonly key: string
    readonly samples: number
    readonly sizes: readonly (readonly [number, number])[]
  }
  if (header.key !== key) return undefined
  const states = header.sizes.map(([numberCount, countCount]): ObserverState => {
    const numbers = Array.from({ length: numberCount }, (_, i) => view.getFloat64(at + 8 * i, true))
    at += 8 * numberCount
    if (countCount < 0) return { numbers }
    const counts = Int32Array.from({ length: countCount }, (_, i) => view.getInt32(at + 4 * i, true))
    at += 4 * countCount
    return { numbers, counts }
  })
  return { samples: header.samples, states }
}
