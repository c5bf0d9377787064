import { describe, expect, it } from 'vitest'
import { l1Norm, relativeDistance } from './distance.ts'

/** Next to 1 it is lost; two of them together are the next float32 after 1. */
const half = 2 ** -24
const more = 1 + 2 ** -23

/** Zeros but for a one at the front and halves of a step at some places. */
const oneAndHalves = (length: number, ...places: readonly number[]): Float32Array => {
  const values = new Float32Array(length)
  values[0] = 1
  for (const place of places) values[place] = half
  return values
}

// Each of these is what numpy.linalg.norm(values, ord=1) of NumPy 1.24.3 gives for the same float32 array.
describe('the order in which an L1 norm is summed', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('running sum %i of eight is rounded at every step', (lane) => {
    const values = new Float32Array(24)
    values[lane] = 1
    values[lane + 8] = half
    values[lane + 16] = half
    expect(l1Norm(values)).toBe(1)
  })

  it('fewer than eight are summed one after the other, eight in pairs of pairs', () => {
    expect(l1Norm(oneAndHalves(7, 1, 2))).toBe(1)
    expect(l1Norm(oneAndHalves(8, 2, 3))).toBe(more)
    expect(l1Norm(oneAndHalves(8, 1, 2))).toBe(1)
    expect(l1Norm(oneAndHalves(8, 4, 5))).toBe(more)
    expect(l1Norm(oneAndHalves(8, 6, 7))).toBe(more)
    expect(l1Norm(oneAndHalves(8, 5, 6))).toBe(more)
  })

  it('what is left after whole eights is added one by one', () => {
    expect(l1Norm(oneAndHalves(10, 8, 9))).toBe(1)
    expect(l1Norm(oneAndHalves(17, 8, 16))).toBe(1)
  })

  it('up to 128 are one block; longer ones are halved at a multiple of eight', () => {
    expect(l1Norm(oneAndHalves(128, 64, 72))).toBe(1)
    expect(l1Norm(oneAndHalves(129, 64, 72))).toBe(more)
    // 136 is halved at 64, not at 68 or 72.
    expect(l1Norm(oneAndHalves(136, 64, 65))).toBe(more)
    expect(l1Norm(oneAndHalves(136, 56, 64))).toBe(1)
  })

  it('every 8192 are summed apart and joined one after the other', () => {
    expect(l1Norm(oneAndHalves(8194, 8192, 8193))).toBe(more)
    expect(l1Norm(oneAndHalves(8193, 8191, 8192))).toBe(1)
    expect(l1Norm(oneAndHalves(3 * 8192, 8192, 16384))).toBe(1)
  })

  it('signs do not count, and nothing has the norm 0', () => {
    expect(l1Norm(Float32Array.of(-1, 2, -3))).toBe(6)
    expect(l1Norm(Float32Array.of(-1, 2, -3, 4, -5, 6, -7, 8, -9))).toBe(45)
    expect(l1Norm(new Float32Array())).toBe(0)
  })
})

describe('a distance relative to a norm', () => {
  it('is a root and a quotient, each rounded to float32', () => {
    // sqrt(2) / 3 in float32.
    expect(relativeDistance(2, 3)).toBe(0.4714045226573944)
    expect(relativeDistance(0, 3)).toBe(0)
    // The root is rounded before it is divided: sqrt(2) / 5.
    expect(relativeDistance(2, 5)).toBe(0.2828426957130432)
    // The sum of squares is rounded first: 1 + 2^-25 is 1.
    expect(relativeDistance(4 + 2 ** -23, 1)).toBe(2)
  })
})
