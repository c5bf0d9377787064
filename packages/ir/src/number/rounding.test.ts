import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roundHalfAway, roundHalfDown, roundHalfEven, roundHalfEvenSigned, roundHalfUp, roundingModes, roundTo } from './rounding.ts'
import { shiftRight, shiftRightBig } from './shift-right.ts'

const integer = fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })

/** Rounding by comparing exact distances, another way than the code's. */
function nearestByFractions(v: bigint, n: number, tie: (floor: bigint) => bigint): bigint {
  const one = 1n << BigInt(n)
  const floor = (v - (((v % one) + one) % one)) / one
  const below = 2n * (v - floor * one)
  return below < one ? floor : below > one ? floor + 1n : tie(floor)
}

describe('rounding to integers', () => {
  it('keeps the sign of zero only when asked: -0.5 and -0 give -0', () => {
    expect([-0.5, -0.2, -0, 0, 0.5, 2.5, -1.5].map(roundHalfEvenSigned)).toEqual([-0, -0, -0, 0, 0, 2, -2])
    expect([-0.5, -0].map(roundHalfEven)).toEqual([0, 0])
  })
  it('ties go where the mode says', () => {
    const ties = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
    expect(ties.map(roundHalfUp)).toEqual([-2, -1, 0, 1, 2, 3])
    expect(ties.map(roundHalfDown)).toEqual([-3, -2, -1, 0, 1, 2])
    expect(ties.map(roundHalfAway)).toEqual([-3, -2, -1, 1, 2, 3])
    expect(ties.map(roundHalfEven)).toEqual([-2, -2, 0, 0, 2, 2])
    expect(ties.map((x) => roundTo(x, 'toward-zero'))).toEqual([-2, -1, 0, 0, 1, 2])
    expect(ties.map((x) => roundTo(x, 'down'))).toEqual([-3, -2, -1, 0, 1, 2])
    expect(ties.map((x) => roundTo(x, 'up'))).toEqual([-2, -1, 0, 1, 2, 3])
  })

  it('numbers just beside a tie go to the nearest integer', () => {
    for (const round of [roundHalfUp, roundHalfDown, roundHalfAway, roundHalfEven]) {
      expect(round(0.49999999999999994)).toBe(0)
      expect(round(-0.49999999999999994)).toBe(0)
      expect(round(2 ** 52 + 1)).toBe(2 ** 52 + 1)
      expect(round(-1.4999999999999998)).toBe(-1)
    }
  })

  it('the result is an integer at most 1 away, never -0, and odd modes mirror', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.constantFrom(...roundingModes), (x, mode) => {
        const rounded = roundTo(x, mode)
        expect(Number.isInteger(rounded) && Math.abs(rounded - x) <= 1 && !Object.is(rounded, -0)).toBe(true)
        if (mode.startsWith('half')) expect(Math.abs(rounded - x)).toBeLessThanOrEqual(0.5)
        expect(roundHalfAway(-x) + roundHalfAway(x)).toBe(0)
        expect(roundHalfUp(-x) + roundHalfDown(x)).toBe(0)
      }),
    )
  })
})

describe('shifting right with rounding', () => {
  it('-5 and 5 by one bit', () => {
    const modes = ['half-up', 'half-away-from-zero', 'half-to-even', 'down', 'toward-zero'] as const
    expect(modes.map((mode) => shiftRight(-5, 1, mode))).toEqual([-2, -3, -2, -3, -2])
    expect(modes.map((mode) => shiftRight(5, 1, mode))).toEqual([3, 3, 2, 2, 2])
    expect(modes.map((mode) => shiftRightBig(-5n, 1, mode))).toEqual([-2n, -3n, -2n, -3n, -2n])
  })

  it('doubles and BigInt agree for every shift and mode', () => {
    fc.assert(
      fc.property(integer, fc.integer({ min: 0, max: 80 }), fc.constantFrom(...roundingModes), (v, n, mode) => {
        expect(BigInt(shiftRight(Number(v), n, mode))).toBe(shiftRightBig(v, n, mode))
      }),
      { numRuns: 3000 },
    )
  })

  it('the nearest integer wins; ties as named', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), fc.integer({ min: 1, max: 63 }), (v, n) => {
        expect(shiftRightBig(v, n, 'half-up')).toBe(nearestByFractions(v, n, (floor) => floor + 1n))
        expect(shiftRightBig(v, n, 'half-down')).toBe(nearestByFractions(v, n, (floor) => floor))
        expect(shiftRightBig(v, n, 'half-to-even')).toBe(nearestByFractions(v, n, (floor) => (floor % 2n === 0n ? floor : floor + 1n)))
        expect(shiftRightBig(v, n, 'half-away-from-zero')).toBe(nearestByFractions(v, n, (floor) => (v < 0n ? floor : floor + 1n)))
      }),
    )
  })

  it('a negative shift goes left, one above 63 counts as 63', () => {
    expect(shiftRight(-3, -4, 'half-up')).toBe(-48)
    expect(shiftRightBig(-3n, -4, 'half-up')).toBe(-48n)
    expect(shiftRight(2 ** 53, 200, 'up')).toBe(1)
    expect(shiftRightBig(2n ** 62n, 100, 'half-up')).toBe(1n)
    expect(shiftRightBig(2n ** 62n, 100, 'half-down')).toBe(0n)
  })
})
