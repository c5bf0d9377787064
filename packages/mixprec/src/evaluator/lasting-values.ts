import type { Job } from './job.ts'
import { segmentsOf } from './job.ts'
import { createRecentSet } from './recent-set.ts'

/** How many values are remembered to have been seen. */
const remembered = 500_000

/** Tells which values are worth keeping beyond a question. */
export interface LastingValues {
  /**
   * Looks at the trials of a question, in order. Worth keeping is where something new begins: a value that was seen before and goes into a segment that
   * was not, since the next trial is likely to differ near by; and what the reference gives.
   */
  of(jobs: readonly Job[]): (id: string) => boolean
}

/** Nothing seen yet. */
export function createLastingValues(): LastingValues {
  const seen = createRecentSet(remembered)
  return {
    of(jobs) {
      const lasting = new Set<string>()
      for (const job of jobs) {
        for (const { wanted } of job.measurements) for (const { id } of wanted) lasting.add(id)
        const segments = segmentsOf(job.trial)
        const isNew = segments.map(({ fetches }) => !fetches.some((id) => seen.has(id)))
        segments.forEach(({ feeds }, i) => {
          if (isNew[i]) for (const id of feeds) if (seen.has(id) || id.startsWith('input ')) lasting.add(id)
        })
        for (const { fetches } of segments) for (const id of fetches) seen.add(id)
      }
      return (id) => lasting.has(id)
    },
  }
}
