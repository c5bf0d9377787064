import { describe, expect, it } from 'vitest'
import { codes, f16, f32, node, smallGraph } from '../conformance/small-graph.ts'
import { endlessFactors } from './endless-factors.ts'

/** Values told of where codes of a scale are made of floats of a type. */
function told(type: typeof f16, scale: number, more = {}) {
  const values = { x: { type: type(2) }, y: { type: codes('i16', [2], scale, 0, more) } }
  return endlessFactors(smallGraph({ values, nodes: [node('QuantizeLinear', ['x'], ['y'])], outputs: ['y'] }))
}

describe('codes of float16 numbers whose factor is no float16 number', () => {
  // 65520 is the least number that rounds beyond float16.
  it('are told of', () => {
    expect(told(f16, 1 / 65520)).toMatchObject([{ level: 'warning', code: 'FACTOR_ENDLESS', at: ['y'] }])
    expect(told(f16, 1 / 65519)).toEqual([])
    expect(told(f32 as typeof f16, 1 / 65520)).toEqual([])
  })

  it('are told of where those of one slice are', () => {
    expect(told(f16, 1, { axis: 0, scales: [1, 1e-6], zeroPoints: [0, 0] })).toHaveLength(1)
    expect(told(f16, 1e-6, { axis: 0, scales: [1, 0.5], zeroPoints: [0, 0] })).toEqual([])
  })
})
