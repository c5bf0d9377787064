import { expect, it } from 'vitest'
import { createHeadroom } from './headroom.ts'

it('shrinks by little while more is taken than may be, to an eighth at least, and grows again where there is plenty', () => {
  let taken = 50
  const look = createHeadroom({ most: 100, now: () => taken })
  expect(look()).toBe(1)
  taken = 100
  expect(look()).toBe(1)
  taken = 101
  const first = look()
  expect(first).toBeLessThan(1)
  expect(first).toBeGreaterThan(0.9)
  expect(look()).toBeLessThan(first)
  for (let i = 0; i < 500; i++) look()
  expect(look()).toBe(1 / 8)
  // Between both nothing changes: what was dropped is not taken back at once.
  taken = 96
  expect([look(), look()]).toEqual([1 / 8, 1 / 8])
  taken = 94
  const more = look()
  expect(more).toBeGreaterThan(1 / 8)
  for (let i = 0; i < 500; i++) look()
  expect(look()).toBe(1)
})

it('is all where nobody looks at memory', () => {
  expect(createHeadroom(undefined)()).toBe(1)
})
