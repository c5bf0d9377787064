import { describe, expect, it } from 'vitest'
import { asymmetric, symmetric } from '../../test/lower-one.ts'
import type { LowerContext } from '../resolve/lower-context.ts'
import { biasCodes, zeroPointBias } from './bias.ts'
import { extentOf, hasNegative, largestOf } from './extent.ts'
import { roomForBias } from './room-for-bias.ts'
import { quantizeWeights, weightFormOf, weightTypeOf } from './weights.ts'

const contextWith = (weights: Partial<typeof symmetric.weights>, integers = symmetric): LowerContext =>
  ({ integers: { ...integers, weights: { ...integers.weights, ...weights } } }) as LowerContext

describe('extent', () => {
  it('passes over NaN, and is 0 to 0 for nothing', () => {
    expect(extentOf(Float32Array.of(Number.NaN, 2, -3))).toEqual({ min: -3, max: 2 })
    expect(extentOf(new Float32Array(0))).toEqual({ min: 0, max: 0 })
    expect(extentOf(Float32Array.of(9, 1, 2, 9), 1, 3)).toEqual({ min: 1, max: 2 })
  })
  it('the largest magnitude is that of either end', () => {
    expect([largestOf({ min: -3, max: 2 }), largestOf({ min: 1, max: 2 }), largestOf({ min: 0, max: 0 })]).toEqual([3, 2, 0])
    expect([hasNegative(Float32Array.of(0, 1)), hasNegative(Float32Array.of(0, -1))]).toEqual([false, true])
  })
})

describe('weights', () => {
  it('one scale for all is the largest magnitude over the largest code, halves away from zero', () => {
    // 127 / 127 = 1: the numbers are their codes; 0.5 and -2.5 are halves.
    const { codes, scales, zeroPoints, dtype } = quantizeWeights(Float32Array.of(127, -2.5, 0.5, 0), { dtype: 'i8' })
    expect({ codes: [...codes], scales, zeroPoints, dtype }).toEqual({ codes: [127, -3, 1, 0], scales: [1], zeroPoints: [0], dtype: 'i8' })
  })
  it('each slice has its own, one of zeros the scale 1', () => {
    const { codes, scales } = quantizeWeights(Float32Array.of(254, -127, 0, 0, 7, -3.5), { dtype: 'i8', channels: 3 })
    expect([...codes]).toEqual([127, -64, 0, 0, 127, -64])
    expect(scales).toEqual([2, 1, 7 / 127])
  })
  it('columns are slices like filters of the turned matrix', () => {
    const [rows, columns] = [7, 5]
    const matrix = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * i) * (i + 1))
    const turned = Float32Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!)
    const across = quantizeWeights(matrix, { dtype: 'i8', channels: columns, axis: 'innermost' })
    const along = quantizeWeights(turned, { dtype: 'i8', channels: columns })
    expect(across.scales).toEqual(along.scales)
    expect([...across.codes]).toEqual(Array.from(matrix, (_, i) => along.codes[(i % columns) * rows + Math.floor(i / columns)]))
  })
  it('each weight is read the same number of times, however many columns there are', () => {
    let reads = 0
    const counted = (columns: number): number => {
      reads = 0
      const matrix = new Proxy(new Float32Array(4096), {
        get: (from, key) => {
          if (typeof key === 'string' && /^[0-9]/.test(key)) reads++
          const found = Reflect.get(from, key)
          return typeof found === 'function' ? found.bind(from) : found
        },
      })
      quantizeWeights(matrix, { dtype: 'i8', channels: columns, axis: 'innermost' })
      return reads
    }
    expect(counted(1024)).toBe(4096)
    expect(counted(4)).toBe(4096)
  })
  it('rounds as it is told', () => {
    const form = { dtype: 'i8', rounding: 'half-to-even', paramsOf: () => ({ scale: 1 }) } as const
    expect([...quantizeWeights(Float32Array.of(0.5, 1.5, -2.5), form).codes]).toEqual([0, 2, -2])
  })
  it('a zero point is added and codes saturate; four bits travel in bytes', () => {
    const made = quantizeWeights(Float32Array.of(-1, 0, 1, 9), { dtype: 'u4', paramsOf: () => ({ scale: 1, zeroPoint: 8 }) })
    expect({ codes: [...made.codes], dtype: made.dtype, zeroPoints: made.zeroPoints }).toEqual({
      codes: [7, 8, 9, 15],
      dtype: 'u8',
      zeroPoints: [8],
    })
  })
  it('of a slice that a least scale is too coarse for keep its form; a slice of zeros has the least scale itself', () => {
    const { codes, scales, zeroPoints } = quantizeWeights(Float32Array.of(0, 0, 2, -1), {
      ...{ dtype: 'u8', channels: 2, leastScales: [0.25, 0.25] },
      paramsOf: ({ min, max }) => ({ scale: (max - min) / 255 || 1e-9, zeroPoint: 7 }),
    })
    expect({ codes: [...codes], scales, zeroPoints }).toEqual({ codes: [0, 0, 15, 3], scales: [0.25, 0.25], zeroPoints: [0, 7] })
  })
  it('sixteen bits hold what eight cannot', () => {
    const { codes, scales } = quantizeWeights(Float32Array.of(32767, -1), { dtype: 'i16' })
    expect([[...codes], scales]).toEqual([[32767, -1], [1]])
  })
})

describe('weights by the scheme', () => {
  const numbers = Float32Array.of(-1, 3, 0, 0)
  it('follow sign, bits and granularity', () => {
    expect(weightFormOf(numbers, 2, contextWith({}))).toMatchObject({ dtype: 'i8', channels: 1, rounding: 'half-away-from-zero' })
    expect(weightFormOf(numbers, 2, contextWith({}, asymmetric))).toMatchObject({ channels: 2 })
    expect(weightFormOf(numbers, 2, contextWith({ sign: 'by-range', bits: 4 }))).toMatchObject({ dtype: 'i4' })
    expect(weightFormOf(Float32Array.of(1), 1, contextWith({ sign: 'by-range' }))).toMatchObject({ dtype: 'u8' })
  })
  it('below 0 are refused where the scheme has no codes for them', () => {
    const form = (weights: Partial<typeof symmetric.weights>) => () => weightFormOf(Float32Array.of(1, -0.5), 1, contextWith(weights))
    expect(form({ sign: 'unsigned' })).toThrow(expect.objectContaining({ code: 'WEIGHTS_NEGATIVE', found: '-0.5 at 1' }))
    expect(form({ sign: 'unsigned', zeroPoint: 'middle' })).not.toThrow()
    expect(form({ sign: 'by-range' })).not.toThrow()
    expect(weightFormOf(Float32Array.of(0, 1), 1, contextWith({ sign: 'unsigned' }))).toMatchObject({ dtype: 'u8' })
  })
  it('with zero points are stretched over all codes; a slice of zeros is left alone', () => {
    // -1 to 3 over 255 steps: the scale is 4 / 255, the zero point 63.75, so 64.
    const form = weightFormOf(numbers, 2, contextWith({ sign: 'unsigned', zeroPoint: 'by-range', granularity: 'per-axis' }))
    const { codes, scales, zeroPoints } = quantizeWeights(numbers, form)
    expect({ codes: [...codes], scales, zeroPoints }).toEqual({ codes: [0, 255, 0, 0], scales: [4 / 255, 1], zeroPoints: [64, 0] })
  })
  it('a type says scales and zero points only when there are some', () => {
    const made = { codes: new Uint8Array(4), dtype: 'u8', scales: [0.5, 2], zeroPoints: [3, 0] } as const
    expect(weightTypeOf({ ...made, zeroPoints: [0, 0] }, [2, 2])).toEqual({ dtype: 'u8', shape: [2, 2] })
    expect(weightTypeOf(made, [2, 2])).toEqual({
      dtype: 'u8',
      shape: [2, 2],
      quant: { scale: 0.5, zeroPoint: 3, expressed: 'f32', axis: 0, scales: [0.5, 2], zeroPoints: [3, 0] },
    })
    expect(weightTypeOf({ ...made, scales: [0.5], zeroPoints: [3] }, [4])).toMatchObject({
      quant: { scale: 0.5, zeroPoint: 3, expressed: 'f32' },
    })
  })
})

describe('bias', () => {
  it('is counted in the unit of the sums: one scale, or one for each channel', () => {
    expect(biasCodes(Float32Array.of(1, -1.25), 0.5)).toEqual(Int32Array.of(2, -3))
    expect(biasCodes(Float32Array.of(1, -1.25), [0.5, 0.25])).toEqual(Int32Array.of(2, -5))
    expect(biasCodes(Float32Array.of(1, -1.25), [0.5])).toEqual(Int32Array.of(2, -3))
    // Halves go away from zero on either side of what is added.
    expect(biasCodes(Float32Array.of(0.25), 0.5, { offsets: [-1] })).toEqual(Int32Array.of(0))
    expect(biasCodes(Float32Array.of(0.25), 0.5, { offsets: [-1], added: 'before' })).toEqual(Int32Array.of(-1))
  })
  it('that its element type does not hold is refused by name, zero point included', () => {
    const made = (dtype: 'i32' | 'i64') => biasCodes(Float32Array.of(0, 1), 1, { dtype, offsets: [0, 2 ** 31], layer: 'conv' })
    expect(() => made('i32')).toThrow(
      expect.objectContaining({
        code: 'BIAS_OUT_OF_RANGE',
        at: ['conv'],
        found: '2147483649 in channel 1',
        wanted: 'i32: -2147483648 to 2147483647',
        hint: expect.stringContaining("bias: 'i64'"),
      }),
    )
    expect(made('i64')).toEqual(BigInt64Array.of(0n, 2n ** 31n + 1n))
    expect(() => biasCodes(Float32Array.of(1), 0)).toThrow(expect.objectContaining({ code: 'BIAS_OUT_OF_RANGE' }))
    expect(biasCodes(Float32Array.of(0), 0)).toEqual(Int32Array.of(0))
  })

  it('rounds as it is told, gives the least code beyond both ends where the chip does, and holds more in 64 bits', () => {
    expect(biasCodes(Float32Array.of(2.5), 1, { rounding: 'half-to-even' })).toEqual(Int32Array.of(2))
    expect(biasCodes(Float32Array.of(2 ** 40, -(2 ** 40)), 1, { beyond: 'least' })).toEqual(Int32Array.of(-2147483648, -2147483648))
    expect(biasCodes(Float32Array.of(2 ** 40, -(2 ** 70), 2 ** 70), 1, { dtype: 'i64', beyond: 'least' })).toEqual(
      BigInt64Array.of(2n ** 40n, -(2n ** 63n), -(2n ** 63n)),
    )
  })
  it('offsets are added before saturation, and after the rounding', () => {
    expect(biasCodes(Float32Array.of(0.5), 1, { rounding: 'half-to-even', offsets: [1] })).toEqual(Int32Array.of(1))
    expect(biasCodes(Float32Array.of(2 ** 31, 1), 1, { offsets: [-(2 ** 31), 5] })).toEqual(Int32Array.of(0, 6))
  })
  it('makes up for a zero point: sums of raw codes are those of numbers', () => {
    // Filters (1, 2) and (3, -5), operand codes (10, 20) with zero point 4: raw sums 50 and -70, true ones 38 and -62.
    const offsets = zeroPointBias([1, 2, 3, -5], 4, { channels: 2 })
    expect([50 + offsets[0]!, -70 + offsets[1]!]).toEqual([6 * 1 + 16 * 2, 6 * 3 + 16 * -5])
    // The same as columns of a matrix, and with a zero point of the weights, 1, taken off each weight.
    expect(zeroPointBias([1, 3, 2, -5], 4, { channels: 2, axis: 'innermost' })).toEqual(offsets)
    expect([...zeroPointBias([1, 2, 3, -5], 4, { channels: 2, zeroPoints: [1] })]).toEqual([-4 * 1, -4 * -4])
    expect([...zeroPointBias([1, 2], 0, { channels: 1 })]).toEqual([0])
  })
})

describe('room for a bias', () => {
  const codes = (scale: number) => ({ dtype: 'i8', shape: [1], quant: { scale, zeroPoint: 0, expressed: 'f32' } }) as const
  // 24 bits of codes for a bias of 1 beside operands of scale 1: weights of scale 2^-24, which lose 2^-25 times 128 at the most: 2^-18.
  const crowded = { bias: Float32Array.of(1), fits: [false], largest: [1], taps: 1, operand: codes(1), dtype: 'i32' } as const

  it('is that of 24 bits where no result shows it: weights lose half a step of the result at the most', () => {
    expect(roomForBias({ ...crowded, result: codes(2 ** -17) })).toEqual([2 ** -24])
    expect(roomForBias({ ...crowded, result: codes(2 ** -17.01) })).toEqual([2 ** -30])
    expect(roomForBias({ ...crowded, taps: 2, result: codes(2 ** -17) })).toEqual([2 ** -30])
  })

  it('is none where half of the element type shows too, and asked for by no bias that fits', () => {
    expect(roomForBias({ ...crowded, result: codes(2 ** -23.01) })).toBeUndefined()
    expect(roomForBias({ ...crowded, fits: [true], result: codes(2 ** -23.01) })).toEqual([0])
  })
})
