import type { Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { indexArray } from './index-array.ts'
import { numpyArrayLines } from './numpy-array-text.ts'

const f32 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => ({
  dtype: 'f32',
  shape,
  data: Float32Array.from(values),
})
const counted = (shape: readonly number[]): Tensor => {
  const count = shape.reduce((a, b) => a * b, 1)
  return { dtype: 'i32', shape, data: Int32Array.from({ length: count }, (_, i) => i) }
}

/** The texts are those of NumPy 1.24 with `precision=6, suppress=True`. */
describe('arrays as NumPy prints them', () => {
  it.each([
    [f32([0.25, -1, 3]), ['[ 0.25 -1.    3.  ]']],
    [f32([0.1, 12345.678]), ['[    0.1   12345.678]']],
    [f32([1e-8, 1]), ['[0. 1.]']],
    [f32([1e9, 2.5, -1e-3]), ['[ 1.0e+09  2.5e+00 -1.0e-03]']],
    [f32([Number.NaN, 1, Number.NEGATIVE_INFINITY]), ['[ nan   1. -inf]']],
    [f32([2.5], []), ['2.5']],
    [f32([]), ['[]']],
    [counted([2, 3]), ['[[0 1 2]', ' [3 4 5]]']],
    [{ dtype: 'i8', shape: [3], data: Int8Array.of(-128, 5, 77) } as Tensor, ['[-128    5   77]']],
    [counted([2, 1, 2]), ['[[[0 1]]', '', ' [[2 3]]]']],
  ])('%#', (tensor, lines) => {
    expect(numpyArrayLines(tensor)).toEqual(lines)
  })

  it('breaks lines at 75 characters', () => {
    const lines = numpyArrayLines(counted([40]))
    expect(lines).toEqual([
      '[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23',
      ' 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39]',
    ])
  })

  it('leaves the middle out above a thousand elements, unless all are wanted', () => {
    expect(numpyArrayLines(counted([2000]))).toEqual(['[   0    1    2 ... 1997 1998 1999]'])
    expect(numpyArrayLines(counted([400, 3]))).toEqual([
      '[[   0    1    2]',
      ' [   3    4    5]',
      ' [   6    7    8]',
      ' ...',
      ' [1191 1192 1193]',
      ' [1194 1195 1196]',
      ' [1197 1198 1199]]',
    ])
    expect(numpyArrayLines(counted([2000]), true).length).toBeGreaterThan(100)
  })
})

describe('parts of arrays', () => {
  it.each([
    ['1', [4], [4, 5, 6, 7]],
    ['-1,0', [], [8]],
    ['0:2,1:3', [2, 2], [1, 2, 5, 6]],
    [':,::2', [3, 2], [0, 2, 4, 6, 8, 10]],
    ['1:-1', [1, 4], [4, 5, 6, 7]],
  ])('%s', (index, shape, values) => {
    const part = indexArray(counted([3, 4]), index, ['x'])
    expect(part.shape).toEqual(shape)
    expect([...(part.data as Int32Array)]).toEqual(values)
  })

  it.each(['3', '0,0,0', 'x', '::0', ''])('there is no part %j', (index) => {
    expect(() => indexArray(counted([3, 4]), index, ['x'])).toThrow(expect.objectContaining({ code: 'ARRAY_INDEX', kind: 'usage' }))
  })
})
