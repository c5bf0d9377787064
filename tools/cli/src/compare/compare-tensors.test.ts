import type { Tensor } from '@q/ir'
import { encodeBf16Array } from '@q/ir/number'
import { describe, expect, it } from 'vitest'
import { compareSets } from './compare-files.ts'
import { compareTensor } from './compare-tensors.ts'
import { formatSizeWarnings, formatSummary, formatVerdict } from './format-comparison.ts'
import { numpyFloat, pythonFloat, pythonTuple } from './python-text.ts'
import { similarity } from './tensor-similarity.ts'

const f32 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => ({
  dtype: 'f32',
  shape,
  data: Float32Array.from(values),
})
const i8 = (values: readonly number[]): Tensor => ({ dtype: 'i8', shape: [values.length], data: Int8Array.from(values) })
const tolerance = { cosine: 0.99, euclidean: 0.99 }
const compare = (a: Tensor, b: Tensor, more: object = {}) => compareTensor('x', a, b, { ...tolerance, ...more })

describe('verdicts', () => {
  it.each([
    ['EQUAL', f32([1, 2]), f32([1, 2])],
    ['EQUAL', f32([1, 2, 3, 4], [2, 2]), f32([1, 2, 3, 4])],
    ['CLOSE', f32([1, 2]), f32([1.0009, 2])],
    ['SIMILAR', f32([1, 2]), f32([1.005, 2])],
    ['NOT_SIMLIAR', f32([1, 2]), f32([1.1, 2])],
    ['EQUAL', i8([1, -128]), i8([1, -128])],
    ['NOT_EQUAL', i8([100, 100]), i8([100, 101])],
    ['EQUAL', i8([100, 7]), f32([100.9, 7.2])],
    ['EQUAL', { dtype: 'i32', shape: [2], data: Int32Array.of(4, 5) } as Tensor, f32([4.25, 5.5])],
    ['EQUAL', { dtype: 'u16', shape: [2], data: encodeBf16Array(Float32Array.of(1.5, -2)) } as Tensor, f32([1.5, -2])],
    ['EQUAL', f32([1, 2, 3], [3]), f32([1, 2], [2])],
    ['NOT_MATCH', f32([1, 2, 3], [3]), f32([1, 2], [1, 2])],
    ['NOT_SIMLIAR', f32([0, 0]), f32([1, 1])],
  ] as const)('%s', (verdict, a, b) => {
    expect(compare(a, b).verdict).toBe(verdict)
    expect(compare(a, b).passed).toBe(['EQUAL', 'CLOSE', 'SIMILAR'].includes(verdict))
  })

  it('int8 tensors may be compared as numbers', () => {
    expect(compare(i8([100, 100]), i8([100, 101]), { exactIntegers: false })).toMatchObject({ verdict: 'SIMILAR' })
  })

  it('along an axis the worst slice counts', () => {
    const a = f32([1, 2, 1, 2, 1, 2], [1, 3, 2])
    const b = f32([1, 2, 2, 1, 1, 1.9], [1, 3, 2])
    expect(compare(a, b, { axis: 1 })).toMatchObject({ passed: false, slice: { axis: 1, index: 1, size: 2 } })
    expect(compare(a, b, { axis: 1 }).similarity!.cosine).toBeCloseTo(0.8, 6)
  })
})

it('similarities of a right angle triangle', () => {
  // a = (3, 4), b = (4, 3): a.b = 24, |a| = |b| = 5; |a - b| = sqrt 2, |(a + b) / 2| = 3.5 sqrt 2.
  const { cosine, euclidean, sqnr } = similarity([3, 4], [4, 3])
  expect(cosine).toBeCloseTo(24 / 25, 6)
  expect(euclidean).toBeCloseTo(1 - 1 / 3.5, 6)
  // Variances 0.5 and 2.
  expect(sqnr).toBeCloseTo(10 * Math.log10(0.25), 6)
})

it('NaN counts as 0, infinities as 10000', () => {
  expect(similarity([Number.NaN, 1], [0, 1]).cosine).toBe(1)
  expect(similarity([Number.POSITIVE_INFINITY, 0], [10000, 0]).euclidean).toBe(1)
})

/** The lines of TPU-MLIR 1.30.2's npz_tool for the same arrays. */
describe('lines', () => {
  const target = new Map([
    ['codes', i8([127, -128, 0, 5])],
    ['far', f32([0.5, -2, 1e-5], [1, 3])],
    ['size', f32([1, 2, 3])],
  ])
  const reference = new Map([
    ['codes', i8([127, -128, 0, 6])],
    ['far', f32([1, -1, 1e-5], [1, 3])],
    ['size', f32([1, 2], [1, 2])],
  ])
  const comparison = compareSets(target, reference, tolerance)
  const lines = (name: string, verbose: number) => {
    const verdict = comparison.verdicts.find((each) => each.name === name)!
    return formatVerdict(verdict, verbose, { target: target.get(name), reference: reference.get(name) })
  }

  it('codes carry their statistics', () => {
    expect(lines('codes', 0)).toEqual([
      '[codes                           ]    NOT_EQUAL [FAILED]',
      '    pos(x=127)    = 0.2500  [1/4]',
      '    neg(x=-128)   = 0.2500  [1/4]',
      '    zeros(x=0)    = 0.2500  [1/4]',
      '    low(abs(x)<8) = 0.7500  [3/4]',
    ])
  })

  it('what failed shows its largest elements and what differs', () => {
    expect(lines('far', 3)).toEqual([
      '[far                             ]  NOT_SIMLIAR [FAILED]',
      '    (1, 3) float32 ',
      '    cosine_similarity      = 0.857493',
      '    euclidean_similarity   = 0.333333',
      expect.stringMatching(/^ {4}sqnr_similarity {8}= \d\.\d{6}$/),
      'top-k:',
      ' idx-t  target  idx-r  ref',
      '  0 0.5 0 1.0',
      '  2 1e-05 2 1e-05',
      '  1 -2.0 1 -1.0',
      'all-diffs:',
      ' idx  target  ref',
      '  0 0.5 1.0',
      '  1 -2.0 -1.0',
    ])
  })

  it('sizes that do not fit, and the end', () => {
    expect(formatSizeWarnings(comparison)).toEqual([
      'WARRING: not the same shape  (3,) v.s. (1, 2)',
      'Error: size in two npz file is not same shape. (3,) v.s. (1, 2)',
    ])
    const end = formatSummary(comparison, 'a.npz', 'b.npz')
    expect(end.slice(0, 5)).toEqual(['3 compared', '0 passed', '  0 equal, 0 close, 0 similar', '3 failed', '  1 not equal, 1 not similar'])
    expect(end.slice(6)).toEqual(['Target    a.npz', 'Reference b.npz', 'npz compare FAILED.'])
  })
})

describe('selection', () => {
  const many = new Map(Array.from({ length: 450 }, (_, i) => [`t${i}`, f32([i])]))

  it('above 200 tensors every n-th and the last ones', () => {
    const { verdicts } = compareSets(many, many, tolerance)
    expect(verdicts.length).toBeLessThan(240)
    expect(verdicts.at(-1)!.name).toBe('t449')
    expect(compareSets(many, many, tolerance, { all: true }).verdicts).toHaveLength(450)
  })

  it('excepts and key', () => {
    expect(compareSets(many, many, tolerance, { all: true, excepts: ['t0', 't1'] }).verdicts).toHaveLength(448)
    expect(compareSets(many, many, tolerance, { key: 't7' }).verdicts.map(({ name }) => name)).toEqual(['t7'])
  })
})

it.each([
  [1, '1.0'],
  [0.1, '0.1'],
  [-0.0001, '-0.0001'],
  [0.00001, '1e-05'],
  [1e16, '1e+16'],
  [123456789, '123456789.0'],
  [Number.POSITIVE_INFINITY, 'inf'],
])('Python writes %d as %s', (value, text) => {
  expect(pythonFloat(value)).toBe(text)
})

it.each([
  [Math.fround(0.1), '0.1'],
  [Math.fround(16777216), '16777216.0'],
  [Math.fround(1.1920929e-7), '1.1920929e-07'],
  [Math.fround(2.2063549), '2.2063549'],
])('NumPy writes the float32 %d as %s', (value, text) => {
  expect(numpyFloat(value)).toBe(text)
})

it('tuples of one have their comma', () => {
  expect([pythonTuple([]), pythonTuple([3]), pythonTuple([3, 4])]).toEqual(['()', '(3,)', '(3, 4)'])
})

it('lengths beyond float32 leave a similarity', () => {
  const ends = Float32Array.of(-3.4e38, 1, -3.4e38)
  expect(similarity(ends, ends).cosine).toBeCloseTo(1, 6)
  expect(similarity(ends, Float32Array.of(-10_000, 1, -10_000)).cosine).toBeCloseTo(1, 6)
})
