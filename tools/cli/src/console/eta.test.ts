import { expect, it } from 'vitest'
import { formatSeconds, secondsLeft } from './eta.ts'

it('the time left follows the average pace', () => {
  expect(secondsLeft(1000, 3000, 1, 4)).toBe(6)
  expect(secondsLeft(0, 9000, 3, 3)).toBe(0)
})

it('nothing is known before anything is done', () => {
  expect(secondsLeft(0, 5000, 0, 4)).toBeUndefined()
})

it.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [60, '1 min 00 s'],
  [185, '3 min 05 s'],
  [7800, '2 h 10 min'],
  [-1, '0 s'],
])('%f seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})
