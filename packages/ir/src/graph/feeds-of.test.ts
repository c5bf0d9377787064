import { describe, expect, it } from 'vitest'
import type { DType } from '../tensor/tensor.ts'
import { feedOf, feedsOf } from './feeds-of.ts'
import { graph } from './text/graph-tag.ts'

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
