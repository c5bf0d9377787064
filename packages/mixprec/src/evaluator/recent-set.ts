/** A set of texts that forgets the oldest: it holds at least the last `limit` that were added, and at most twice as many. */
export interface RecentSet {
  has(text: string): boolean
  add(text: string): void
}

/** An empty set. */
export function createRecentSet(limit: number): RecentSet {
  let young = new Set<string>()
  let old = new Set<string>()
  return {
    has: (text) => young.has(text) || old.has(text),
    add(text) {
      young.add(text)
      if (young.size < limit) return
      old = young
      young = new Set()
    },
  }
}
