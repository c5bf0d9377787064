import type { TrialLosses } from '@q/ir'
import type { SearchOutcome } from '@q/mixprec'
import { describe, expect, it } from 'vitest'
import { limitedSamples, samplesInTime, searchOnAll } from './samples-in-time.ts'

/** So many milliseconds for starting, and for a sample. */
function clocked(endsAt: number, { start = 100, each = 10 } = {}) {
  let time = 0
  const asked: string[] = []
  const deadline = { endsAt, reserve: 20, start: 0, now: () => time, after: () => () => {} }
  const measure = async ({ first, count }: { readonly first: number; readonly count: number }) => {
    asked.push(`${first}+${count}`)
    time += (first === 0 ? start : 0) + count * each
    return time < endsAt - 20
  }
  return { asked, run: (all: number) => samplesInTime(all, deadline, measure) }
}

describe('samples of a search in time', () => {
  it.each([
    [100_000, 30],
    [1160, 12],
    [260, 4],
    [110, 30],
  ])('in %i ms are %i of 30', async (endsAt, wanted) => {
    expect(await clocked(endsAt).run(30)).toBe(wanted)
  })

  it('are not looked at where there are few', async () => {
    const { asked, run } = clocked(200)
    expect([await run(4), asked]).toEqual([4, []])
  })

  it('are measured four at least, and what starting takes does not count', async () => {
    const { asked, run } = clocked(10_000, { start: 5000 })
    expect([await run(30), asked]).toEqual([30, ['0+2', '2+2']])
  })
})

it('the last samples can be left out', () => {
  const samples = limitedSamples({ count: 9, load: async () => new Map() })
  samples.limit(20)
  expect(samples.count).toBe(9)
  samples.limit(4)
  expect(samples.count).toBe(4)
})

describe('a search that was done on fewer samples in time', () => {
  const lossesOf = (mean: number): TrialLosses => ({ losses: { noise: { mean, samples: [mean], outputs: [] } }, layers: new Map() })
  const outcomeOf = (layer: string, ended: SearchOutcome['ended'], mean: number): SearchOutcome => ({
    result: { trial: { plan: new Map([[layer, 'F16']]) }, losses: lossesOf(mean), ranking: [] },
    ended,
    open: [],
    questions: 2,
    trials: 5,
  })
  /** What comes of it: the layers in float, the loss, how it ended, the samples, and the trials in all. */
  async function goneOn(first: SearchOutcome, again: SearchOutcome, measured: number | undefined = 0.3, good = 0.1) {
    const samples = limitedSamples({ count: 9, load: async () => new Map() })
    samples.limit(4)
    const seen: number[] = []
    const { result, ended, trials } = await searchOnAll(first, samples, 9, {
      goal: 'noise',
      isGood: (losses) => (losses?.losses['noise']?.mean ?? 1) <= good,
      measure: async () => (Number.isNaN(measured) ? undefined : lossesOf(measured)),
      async run() {
        seen.push(samples.count)
        return again
      },
    })
    return [[...result.trial.plan.keys()].join(), result.losses!.losses['noise']!.mean, ended, samples.count, trials, ...seen]
  }
  const first = outcomeOf('few', 'finished', 0)

  it('is run again on all, and that counts where it comes to its end', async () => {
    expect(await goneOn(first, outcomeOf('all', 'finished', 0.5))).toEqual(['all', 0.5, 'finished', 9, 10, 9])
  })

  it('where it does not, what loses less on all counts, and what is good before what is not', async () => {
    expect(await goneOn(first, outcomeOf('all', 'budget', 0.2))).toEqual(['all', 0.2, 'budget', 9, 10, 9])
    expect(await goneOn(first, outcomeOf('all', 'budget', 0.5))).toEqual(['few', 0.3, 'finished', 9, 10, 9])
    expect(await goneOn(first, outcomeOf('all', 'budget', 0.2), 0.3, 0.4)).toEqual(['few', 0.3, 'finished', 9, 10, 9])
  })

  it('is what it is where the time is over', async () => {
    expect(await goneOn(first, outcomeOf('all', 'finished', 0.5), Number.NaN)).toEqual(['few', 0, 'finished', 4, 5])
    expect(await goneOn(outcomeOf('few', 'budget', 0), first)).toEqual(['few', 0, 'budget', 4, 5])
  })
})
