/** Something costly that a {@link SessionCache} keeps: a program, made ready to run. */
export interface CachedSession<T> {
  readonly value: T
  /** Memory it takes, as well as that is known. */
  readonly sizeBytes: number
  /** Frees it. @default nothing to free */
  close?(): Promise<void>
}

/** The right to use what is kept, until it is given back. */
export interface SessionLease<T> {
  readonly value: T
  /** Gives it back; a second call does nothing. */
  release(): Promise<void>
}

/** What a {@link SessionCache} did so far. */
export interface SessionCounts {
  /** How often something was there already, or was being made for somebody else. */
  readonly hits: number
  /** How often something was made. */
  readonly misses: number
  /** How often something was closed. */
  readonly closed: number
  /** Sessions that are there. */
  readonly entries: number
  /** Memory they take. */
  readonly sizeBytes: number
}

/** Keeps sessions by a key, the ones used last, as many as a budget holds. */
export interface SessionCache {
  readonly budgetBytes: number
  /**
   * What is kept under a key, made if need be; asked for twice at once it is made once. A failure is not kept.
   *
   * The key says all that decides what is made, its maker included.
   */
  acquire<T>(key: string, make: () => Promise<CachedSession<T>>): Promise<SessionLease<T>>
  counts(): SessionCounts
  /** Closes what nobody uses, and what is in use as soon as it is given back; nothing is kept any more. */
  close(): Promise<void>
}

/** Options of {@link createSessionCache}. */
export interface SessionCacheOptions {
  /** What is kept at most. What is in use counts, but cannot be dropped before it is given back. 0 keeps nothing. */
  readonly budgetBytes: number
}

interface Entry {
  readonly session: Promise<CachedSession<unknown>>
  /** Known once it is made. */
  made?: CachedSession<unknown>
  users: number
}

/**
 * A cache of sessions with a byte budget: what was not used for longest is closed first, and never while somebody uses it.
 *
 * @throws RangeError when the budget is not a number from 0 on: a defect of the caller
 */
export function createSessionCache({ budgetBytes }: SessionCacheOptions): SessionCache {
  if (!(budgetBytes >= 0)) throw new RangeError(`a budget of ${budgetBytes} bytes`)
  // In the order of their last use: a map keeps the order of insertion.
  const entries = new Map<string, Entry>()
  let limit = budgetBytes
  let [hits, misses, closed, sizeBytes] = [0, 0, 0, 0]

  /** Drops idle sessions until the rest fits. */
  async function shrink(): Promise<void> {
    const closing: Promise<void>[] = []
    for (const [key, { made, users }] of entries) {
      if (sizeBytes <= limit) break
      if (users > 0 || made === undefined) continue
      entries.delete(key)
      sizeBytes -= made.sizeBytes
      closed++
      if (made.close !== undefined) closing.push(made.close())
    }
    await Promise.all(closing)
  }

  function begin(key: string, make: () => Promise<CachedSession<unknown>>): Entry {
    const entry: Entry = { session: make(), users: 0 }
    entries.set(key, entry)
    return entry
  }

  return {
    budgetBytes,
    async acquire<T>(key: string, make: () => Promise<CachedSession<T>>): Promise<SessionLease<T>> {
      const known = entries.get(key)
      if (known === undefined) misses++
      else {
        hits++
        entries.delete(key)
        entries.set(key, known)
      }
      const entry = known ?? begin(key, make)
      entry.users++
      let session: CachedSession<unknown>
      try {
        session = await entry.session
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key)
        throw error
      }
      if (entry.made === undefined) {
        entry.made = session
        sizeBytes += session.sizeBytes
        await shrink()
      }
      let isHeld = true
      return {
        // Whoever made it under this key made a T.
        value: session.value as T,
        async release() {
          if (!isHeld) return
          isHeld = false
          entry.users--
          await shrink()
        },
      }
    },
    counts: () => ({ hits, misses, closed, entries: entries.size, sizeBytes }),
    async close() {
      limit = -1
      await shrink()
    },
  }
}
