import { describe, expect, it } from 'vitest'
import type { Segment } from '../segments/segmented-network.ts'
import { type Demand, lookAhead } from './outlook.ts'

/** A segment whose fetches take so many bytes, narrow and wide. */
const segment = (feeds: readonly string[], fetches: Readonly<Record<string, readonly [number, number]>>): Segment => {
  const sizes = Object.values(fetches)
  const section = { bytes: sizes.map(([bytes]) => bytes), wideBytes: sizes.map(([, wide]) => wide) }
  return { section: section as unknown as Segment['section'], feeds, fetches: Object.keys(fetches) }
}

/** Front, middle and end; the trial has an end of its own, and shares what is before. */
const shared = [segment(['x'], { a: [1, 2] }), segment(['a'], { b: [10, 20] })]
const trialOf = (name: string): Demand => ({
  networks: [
    [segment(['x'], { ref: [1000, 2000] })],
    [...shared, segment(['b'], { [name]: [100, 200] }), segment(['b', name], { [`y${name}`]: [300, 300] })],
  ],
  wanted: ['ref', `y${name}`],
})
const nothing = () => false

describe('what can be known of a question', () => {
  it('a value is used last by the trial that feeds or compares it last, as if everything were kept', () => {
    const { lastUse } = lookAhead([trialOf('p'), trialOf('q'), undefined, trialOf('p')], nothing, nothing)
    // What the first trial made is not made again, so its input is needed by the first alone.
    expect(lastUse.get('x')).toBe(0)
    expect(lastUse.get('a')).toBe(0)
    expect(lastUse.get('b')).toBe(1)
    expect(lastUse.get('p')).toBe(0)
    expect([lastUse.get('yp'), lastUse.get('ref'), lastUse.get('yq')]).toEqual([3, 3, 1])
  })

  it('keeping takes what a later trial uses, and what lasts, each once', () => {
    const trials = [trialOf('p'), trialOf('q')]
    expect(lookAhead(trials, nothing, nothing)).toMatchObject({ bytes: 10 + 1000, wideBytes: 20 + 2000 })
    expect(lookAhead(trials, nothing, (id) => id === 'p')).toMatchObject({ bytes: 110 + 1000, wideBytes: 220 + 2000 })
    expect(lookAhead([trialOf('p')], nothing, nothing)).toMatchObject({ bytes: 0, wideBytes: 0 })
  })

  it('what is kept from before is not made, but its last use is known', () => {
    const { lastUse, bytes } = lookAhead([trialOf('p'), trialOf('q')], (id) => id === 'b' || id === 'ref', nothing)
    expect([lastUse.has('a'), lastUse.has('x'), lastUse.get('b'), lastUse.get('ref')]).toEqual([false, false, 1, 1])
    expect(bytes).toBe(0)
  })
})
