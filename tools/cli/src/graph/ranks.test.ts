import { describe, expect, it } from 'vitest'
import { ranksOf } from './ranks.ts'

/** Arrows such as `0-1 1-2`. */
const arrowsOf = (text: string) => text.split(' ').map((arrow) => arrow.split('-').map(Number) as [number, number])

describe('ranksOf', () => {
  it('puts a box below all that lead to it', () => {
    expect(ranksOf(4, arrowsOf('0-1 1-2 0-3 2-3'))).toEqual([0, 1, 2, 3])
    expect(ranksOf(2, [])).toEqual([0, 0])
  })
  it('puts what more arrows leave than reach right above the first that uses it', () => {
    expect(ranksOf(5, arrowsOf('0-1 1-2 2-4 3-4'))).toEqual([0, 1, 2, 2, 3])
    // Box 1 has one user more than operands: both go down.
    expect(ranksOf(6, arrowsOf('0-1 1-5 1-4 2-3 3-4 4-5'))).toEqual([0, 1, 0, 1, 2, 3])
    expect(ranksOf(7, arrowsOf('0-1 1-6 1-5 2-3 3-4 4-5 5-6'))).toEqual([1, 2, 0, 1, 2, 3, 4])
  })
})
