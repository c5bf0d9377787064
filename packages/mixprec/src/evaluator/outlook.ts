import type { Segment } from '../segments/segmented-network.ts'
import { walkBack } from './walk-back.ts'

/** What one trial of a question needs for one sample. */
export interface Demand {
  /** Segments of the reference and of the trial, each in an order in which they can run. */
  readonly networks: readonly (readonly Segment[])[]
  /** The values that are compared. */
  readonly wanted: readonly string[]
}

/** What can be known of a question beforehand, for one sample. */
export interface Outlook {
  /** The last trial, by its place, that takes a value which is kept or made. */
  readonly lastUse: ReadonlyMap<string, number>
  /** What keeping everything that is used again takes: with 16-bit floats in two bytes each, and in four. */
  readonly bytes: number
  readonly wideBytes: number
}

/**
 * Goes through a question in mind: as if everything that is made were kept.
 *
 * @param demands by trial; `undefined` where nothing is open
 * @param has whether a value is kept from before
 * @param isLasting whether a value is kept beyond the question
 */
export function lookAhead(
  demands: readonly (Demand | undefined)[],
  has: (id: string) => boolean,
  isLasting: (id: string) => boolean,
): Outlook {
  const lastUse = new Map<string, number>()
  const made = new Map<string, { readonly size: number; readonly wide: number; readonly place: number }>()
  const isThere = (id: string): boolean => made.has(id) || has(id)
  demands.forEach((demand, place) => {
    if (demand === undefined) return
    for (const network of demand.networks) {
      for (const { section, feeds, fetches } of walkBack(network, demand.wanted, isThere)) {
        for (const id of feeds) lastUse.set(id, place)
        fetches.forEach((id, i) => made.set(id, { size: section.bytes[i]!, wide: section.wideBytes[i]!, place }))
      }
    }
    for (const id of demand.wanted) lastUse.set(id, place)
  })
  let [bytes, wideBytes] = [0, 0]
  for (const [id, { size, wide, place }] of made) {
    if (!isLasting(id) && (lastUse.get(id) ?? place) <= place) continue
    bytes += size
    wideBytes += wide
  }
  return { lastUse, bytes, wideBytes }
}
