import { describe, expect, it } from 'vitest'
import { power, remainder } from './power.ts'

describe('power', () => {
  it.each([
    [1, Number.NaN, 1],
    [1, Number.POSITIVE_INFINITY, 1],
    [-1, Number.NEGATIVE_INFINITY, 1],
    [-1, Number.NaN, Number.NaN],
    [Number.NaN, 0, 1],
    [2, -2, 0.25],
    [-2, 3, -8],
  ])('%s to the power %s is %s', (base, exponent, wanted) => expect(power(base, exponent)).toBe(wanted))
})

describe('remainder', () => {
  it.each([
    [7, 3, 1],
    [-7, 3, 2],
    [7, -3, -2],
    [-7, -3, -1],
    [-6, 3, 0],
    [6, -3, 0],
    [2 ** 100, 3, 1],
    [5, Number.POSITIVE_INFINITY, 5],
    [-5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [5, 0, Number.NaN],
  ])('of %s by %s is %s', (a, b, wanted) => expect(remainder(a, b)).toBe(wanted))
})
