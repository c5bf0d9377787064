import type { LaneWork } from './lane.ts'

type Samples = LaneWork['samples']

/**
 * Shares the work of a question out to lanes. Each has as many whole samples as any other, of its own first: a sample has its place on the shelf of the lane that it mostly goes to. What is left over are fewer samples than
 * lanes: the trials of each are dealt in runs to several, since neighbours have most in common.
 */
export function shareWork(samples: Samples, lanes: number): readonly Samples[] {
  const { whole, rest } = wholeSamples(samples, lanes)
  if (rest.length === 0) return whole
  const perSample = Math.floor(lanes / rest.length)
  return whole.map((own, lane) => {
    const part = Math.floor(lane / rest.length)
    if (part >= perSample) return own
    const dealt = rest[lane % rest.length]!
    const jobs = runOf(dealt.jobs, part, perSample)
    return jobs.every((job) => job === undefined) ? own : [...own, { ...dealt, jobs }]
  })
}

/** The samples that each lane works on alone, and those that are left over. */
function wholeSamples(samples: Samples, lanes: number): { readonly whole: readonly Samples[]; readonly rest: Samples } {
  const each = Math.floor(samples.length / lanes)
  const isOf = (lane: number) => (one: Samples[number]) => one.sample % lanes === lane
  const whole = Array.from({ length: lanes }, (_, lane) => samples.filter(isOf(lane)).slice(0, each))
  const taken = new Set(whole.flat())
  const others = samples.filter((one) => !taken.has(one))
  const filled = whole.map((own) => (own.length === each ? own : [...own, ...others.splice(0, each - own.length)]))
  return { whole: filled, rest: others }
}

/** One of several runs of what is open, as long as the others within one. */
function runOf<T>(jobs: readonly (T | undefined)[], part: number, parts: number): readonly (T | undefined)[] {
  const open = jobs.flatMap((job, place) => (job === undefined ? [] : [place]))
  const own = new Set(open.slice(Math.floor((open.length * part) / parts), Math.floor((open.length * (part + 1)) / parts)))
  return jobs.map((job, place) => (own.has(place) ? job : undefined))
}
