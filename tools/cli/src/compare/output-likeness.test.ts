import type { Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { outputLikeness } from './output-likeness.ts'

const f32 = (...values: readonly number[]): Tensor => ({ dtype: 'f32', shape: [values.length], data: Float32Array.from(values) })
const i64 = (...values: readonly bigint[]): Tensor => ({ dtype: 'i64', shape: [values.length], data: BigInt64Array.from(values) })
const perfect = { cosine: 1, euclidean: 1, sqnr: 100, notFinite: 0 }
const lost = { cosine: 0, euclidean: 0, sqnr: -100, notFinite: 0 }

describe('an output and the one it stands for', () => {
  it('is perfect when it is equal, and only then', () => {
    expect(outputLikeness(f32(1, -2), f32(1, -2))).toEqual(perfect)
    expect(outputLikeness(f32(0, 0), f32(0, 0))).toEqual(perfect)
    expect(outputLikeness(i64(3n, 7n), i64(3n, 7n))).toEqual(perfect)
    expect(outputLikeness(i64(7n, 3n), i64(3n, 7n)).sqnr).toBeCloseTo(10 * Math.log10(58 / 32), 6)
  })

  it('a dead output is all noise', () => {
    expect(outputLikeness(f32(0, 0, 0), f32(1, -2, 2))).toMatchObject({ cosine: 0, sqnr: 0 })
    expect(outputLikeness(f32(5, 5, 5), f32(1, -2, 2)).sqnr).toBeLessThan(0)
  })

  it('an offset is noise', () => {
    // Energy 1 + 4 + 4 = 9, noise 3 * 3 * 3 = 27.
    expect(outputLikeness(f32(4, 1, 5), f32(1, -2, 2)).sqnr).toBeCloseTo(10 * Math.log10(9 / 27), 6)
  })

  it('an output of one number is measured', () => {
    expect(outputLikeness(f32(1.1), f32(1)).sqnr).toBeCloseTo(20, 4)
  })

  it('what should be silent and is not is as bad as can be', () => {
    expect(outputLikeness(f32(1, 0), f32(0, 0))).toMatchObject({ cosine: 0, sqnr: -100 })
  })

  it('an output most of whose numbers are not finite is lost, whatever the rest', () => {
    const { NaN: none } = Number
    expect(outputLikeness(f32(none, none, 1), f32(none, none, 1))).toEqual({ ...lost, notFinite: 2 })
    expect(outputLikeness(f32(none, 2, 1), f32(none, 2, 1))).toEqual({ ...perfect, notFinite: 1 })
  })

  it('a number that is not finite where the other is loses the output', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(outputLikeness(f32(value, 1), f32(0, 1))).toEqual({ ...lost, notFinite: 1 })
      expect(outputLikeness(f32(0, 1), f32(value, 1))).toEqual({ ...lost, notFinite: 1 })
    }
    expect(outputLikeness(f32(Number.NaN, 1), f32(Number.POSITIVE_INFINITY, 1))).toEqual({ ...lost, notFinite: 1 })
  })

  it('numbers that are not finite on both sides are counted, and the others compared', () => {
    const [a, b] = [f32(Number.POSITIVE_INFINITY, 3, 4, Number.NaN), f32(Number.POSITIVE_INFINITY, 4, 3, Number.NaN)]
    const { cosine, notFinite } = outputLikeness(a, b)
    expect([notFinite, Math.round(cosine * 100)]).toEqual([2, 96])
    expect(outputLikeness(f32(Number.NaN, Number.NaN), f32(Number.NaN, Number.NaN))).toEqual({ ...lost, notFinite: 2 })
  })

  it('an output of another size is lost', () => {
    expect(outputLikeness(f32(1, 2), f32(1, 2, 3))).toEqual(lost)
  })
})
