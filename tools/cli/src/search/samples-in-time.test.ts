import { describe, expect, it } from 'vitest'
import { limitedSamples, samplesInTime } from './samples-in-time.ts'

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
