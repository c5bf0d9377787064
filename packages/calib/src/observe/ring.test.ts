import { describe, expect, it } from 'vitest'
import { createRing } from './ring.ts'

describe('ring', () => {
  it('hands out stretches that never overlap, and refuses when full', () => {
    const ring = createRing(10)
    expect(ring.take(6)).toEqual({ from: 0, to: 6 })
    expect(ring.take(4)).toEqual({ from: 6, to: 10 })
    expect(ring.take(1)).toBeUndefined()
    ring.giveBack()
    expect(ring.take(5)).toEqual({ from: 0, to: 5 })
    expect(ring.take(2)).toBeUndefined()
    expect(ring.take(1)).toEqual({ from: 5, to: 6 })
    ring.giveBack()
    expect(ring.take(4)).toEqual({ from: 6, to: 10 })
  })

  it('does not cut a stretch in two at the end', () => {
    const ring = createRing(10)
    ring.take(4)
    ring.take(3)
    ring.giveBack()
    expect(ring.take(4)).toEqual({ from: 0, to: 4 })
  })
})
