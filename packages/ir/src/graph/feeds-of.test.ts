import { describe, expect, it } from 'vitest'
import type { DType, Tensor } from '../tensor/tensor.ts'
import { feedOf, feedsOf } from './feeds-of.ts'
import { graph } from './text/graph-tag.ts'
import type { TensorType } from './types.ts'

const sample = (...numbers: readonly number[]) => ({ dtype: 'f32', shape: [numbers.length], data: Float32Array.from(numbers) }) as const
const fed = (dtype: DType, ...numbers: readonly number[]) => feedOf('x', sample(...numbers), dtype).data

describe('a sample becomes the feeds of a graph', () => {
  it('in the types that its inputs declare', () => {
    const net = graph`
      ids: i32[2]
      x: f32[2]
      y = Relu(x)
    `
    const x = sample(0.5, 1)
    const feeds = feedsOf(
      net,
      new Map([
        ['x', x],
        ['ids', sample(7, -1)],
      ]),
    )
    expect([...feeds.keys()]).toEqual(['ids', 'x'])
    expect(feeds.get('ids')).toEqual({ dtype: 'i32', shape: [2], data: Int32Array.of(7, -1) })
    expect(feeds.get('x')).toBe(x)
  })
  it('of every element type', () => {
    expect(fed('u8', 0, 255)).toEqual(Uint8Array.of(0, 255))
    expect(fed('i64', -3, 2 ** 40)).toEqual(BigInt64Array.of(-3n, 2n ** 40n))
    expect(fed('bool', 0, 1)).toEqual(Uint8Array.of(0, 1))
    expect(fed('f64', 0.5)).toEqual(Float64Array.of(0.5))
    expect(fed('f16', 1 + 2 ** -12, 2 ** -10)).toEqual(Float32Array.of(1, 2 ** -10))
    expect(fed('bf16', 1 + 2 ** -10)).toEqual(Float32Array.of(1))
  })
  it('and is refused where a type cannot hold its numbers, or an input has none', () => {
    const cases: readonly (readonly [DType, number])[] = [
      ['i32', 1.5],
      ['u8', -1],
      ['i8', 128],
      ['bool', 2],
      ['i64', Number.NaN],
      ['i64', 2 ** 63],
    ]
    for (const [dtype, number] of cases)
      expect(() => fed(dtype, 0, number)).toThrow(expect.objectContaining({ code: 'FEED_TYPE', found: `${number} at 1` }))
    const net = graph`
      x: f32[2]
      y = Relu(x)
    `
    expect(() => feedsOf(net, new Map([['z', sample(1)]]))).toThrow(expect.objectContaining({ code: 'FEED_MISSING', found: 'z' }))
  })
})

describe('inputs of other types than float32', () => {
  const graphOf = (type: TensorType) => ({
    ...graph`
    x: f32[4]
    y = Relu(x)
    return y
  `,
    values: new Map([['x', { name: 'x', type }]]),
  })
  const feedFor = (type: TensorType, tensor: Tensor) => [...feedsOf(graphOf(type), new Map([['x', tensor]])).get('x')!.data]
  const codes = (dtype: 'i8' | 'u8', zeroPoint = 0): TensorType => ({
    dtype,
    shape: [4],
    quant: { scale: 0.5, zeroPoint, expressed: 'f32' },
  })

  it('codes are made with halves away from zero, and saturate', () => {
    expect(feedFor(codes('i8'), sample(0.25, -0.25, 1000, -1000))).toEqual([1, -1, 127, -128])
    expect(feedFor(codes('u8', 10), sample(0.25, -0.25, 1000, -1000))).toEqual([11, 10, 255, 0])
  })

  it('the scale is inverted as it is, or as the float32 number that it is in files of some families', () => {
    const type: TensorType = { dtype: 'i8', shape: [1], quant: { scale: 0.0156, zeroPoint: 0, expressed: 'f32' } }
    const codeOf = (number: number, properties = {}) =>
      feedsOf({ ...graphOf(type), properties }, new Map([['x', sample(number)]])).get('x')!.data[0]
    const ties = Array.from({ length: 127 }, (_, i) => Math.fround(Math.fround(0.0078) * (2 * i + 1)))
    const differ = ties.filter((each) => codeOf(each) !== codeOf(each, { quantizeInputsOnHost: true }))
    expect(differ.length).toBeGreaterThan(0)
    for (const each of ties) {
      const wide = Math.fround(each * Math.fround(1 / 0.0156))
      expect(codeOf(each)).toBe(Math.min(127, Math.floor(Math.fround(wide + 0.5))))
    }
  })

  it('codes of a sample are handed on', () => {
    expect(feedFor(codes('i8'), { dtype: 'i8', shape: [4], data: Int8Array.of(1, -2, 3, -4) })).toEqual([1, -2, 3, -4])
  })

  it('bfloat16 numbers are cut off', () => {
    expect(feedFor({ dtype: 'bf16', shape: [4] }, sample(1.0078, -1.0078, 1, 0))).toEqual([1, -1, 1, 0])
  })
})
