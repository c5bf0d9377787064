import { describe, expect, it } from 'vitest'
import { changedUsers, type PlaceCasts } from './place-casts.ts'

/** What layers use, as layer to its place and the casts it has in the place of operands. */
const place = (used: Readonly<Record<string, readonly [owner: number, casts: Readonly<Record<string, string>>]>>): PlaceCasts => ({
  nodes: [],
  casts: new Map(),
  used: new Map(Object.entries(used).map(([layer, [owner, casts]]) => [layer, { owner, casts: new Map(Object.entries(casts)) }])),
  outputs: new Map(),
  from: [],
})
const changed = (now: PlaceCasts, before: PlaceCasts) => [...changedUsers(now, before)].sort()

describe('users of casts that have to be made anew', () => {
  const before = place({ a: [1, { x: 'x_si8', y: 'y_si8' }], b: [2, { x: 'x_si8' }] })

  it('none where all use what they used', () => {
    expect(changed(place({ a: [1, { x: 'x_si8', y: 'y_si8' }], b: [2, { x: 'x_si8' }] }), before)).toEqual([])
  })

  it('those that use another cast for one of their operands', () => {
    expect(changed(place({ a: [1, { x: 'x_si8', y: 'y_f16' }], b: [2, { x: 'x_si8' }] }), before)).toEqual([1])
    expect(changed(place({ a: [1, { x: 'x_si8', y: 'y_si8' }], b: [2, { x: 'x_f16' }] }), before)).toEqual([2])
  })

  it('those that use one more, one less, or for the first or the last time', () => {
    expect(changed(place({ a: [1, { x: 'x_si8' }], b: [2, { x: 'x_si8', y: 'y_si8' }] }), before)).toEqual([1, 2])
    expect(changed(place({ a: [1, { x: 'x_si8', y: 'y_si8' }] }), before)).toEqual([2])
    expect(changed(place({ ...{ a: [1, { x: 'x_si8', y: 'y_si8' }], b: [2, { x: 'x_si8' }] }, c: [3, { x: 'x_si8' }] }), before)).toEqual([
      3,
    ])
  })
})
