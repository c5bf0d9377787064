import type { LaneWork } from './lane.ts'

/**
 * Shares the work of a question out to lanes. A sample always goes to the same lane, which has on its shelf what was kept of it; where there are fewer samples than
 * lanes, each sample's trials are dealt in runs to several, since neighbours have most in common.
 */
export function shareWork(samples: LaneWork['samples'], lanes: number): readonly LaneWork['samples'][] {
  const perSample = Math.max(1, Math.floor(lanes / Math.max(1, samples.length)))
  return Array.from({ length: lanes }, (_, lane) => {
    if (perSample === 1) return samples.filter((_, i) => i % lanes === lane)
    const part = Math.floor(lane / samples.length)
    const own = samples[lane % samples.length]!
    return part < perSample ? [{ ...own, jobs: runOf(own.jobs, part, perSample) }] : []
  })
}

/** One of several runs of what is open, as long as the others within one. */
function runOf<T>(jobs: readonly (T | undefined)[], part: number, parts: number): readonly (T | undefined)[] {
  const open = jobs.flatMap((job, place) => (job === undefined ? [] : [place]))
  const own = new Set(open.slice(Math.floor((open.length * part) / parts), Math.floor((open.length * (part + 1)) / parts)))
  return jobs.map((job, place) => (own.has(place) ? job : undefined))
}
