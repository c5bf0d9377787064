import { describe, expect, it } from 'vitest'

import { mt19937, pythonShuffle } from './shuffle.ts'

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

// Expected values: CPython 3.10, `random.seed(seed)`.
describe('shuffling as Python', () => {
  it('draws the numbers of MT19937', () => {
    const next = mt19937(1684)
    expect([next(), next(), next(), next(), next()]).toEqual([2067858712, 61194221, 2215618579, 1121718815, 1328524030])
  })

  it('orders lists as random.shuffle does', () => {
    expect(pythonShuffle(range(10), 1684)).toEqual([1, 8, 9, 6, 5, 3, 2, 4, 0, 7])
    expect(pythonShuffle(range(20), 1684)).toEqual([1, 5, 2, 3, 14, 18, 13, 4, 12, 11, 17, 19, 10, 7, 6, 9, 8, 16, 0, 15])
    expect(pythonShuffle([], 1684)).toEqual([])
  })

  it('stays right after the first 624 numbers', () => {
    expect(pythonShuffle(range(1500), 1684).slice(0, 10)).toEqual([394, 672, 1400, 477, 976, 1281, 730, 154, 1341, 319])
  })
})
