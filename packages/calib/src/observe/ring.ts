/** A stretch of the ring, in elements. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Hands out stretches of a fixed buffer; they come back oldest first. */
export interface Ring {
  /** A stretch of `length` elements, or `undefined` while there is no room. `length` is at most the capacity. */
  take(length: number): Stretch | undefined
  /** Gives the oldest stretch back. */
  giveBack(): void
}

export function createRing(capacity: number): Ring {
  const taken: Stretch[] = []
  const place = (length: number): number | undefined => {
    const oldest = taken[0]
    const newest = taken.at(-1)
    if (oldest === undefined || newest === undefined) return 0
    if (newest.to > oldest.from) {
      if (newest.to + length <= capacity) return newest.to
      return length <= oldest.from ? 0 : undefined
    }
    return newest.to + length <= oldest.from ? newest.to : undefined
  }
  return {
    take(length) {
      const from = place(length)
      if (from === undefined) return undefined
      const stretch = { from, to: from + length }
      taken.push(stretch)
      return stretch
    },
    giveBack() {
      taken.shift()
    },
  }
}
