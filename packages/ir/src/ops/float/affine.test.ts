import { describe, expect, it } from 'vitest'
import { f32, node } from '../../conformance/small-graph.ts'
import { inferNode } from '../../graph/node-types.ts'
import { allOps } from '../op-set.ts'

const inferred = (op: string, counts: readonly number[], attrs = {}) => {
  const shapes = [[1, 4, 6, 6], ...counts.map((count) => [1, count, 1, 1])]
  const names = shapes.map((_, place) => `x${place}`)
  return () => inferNode(node(op, names, ['y'], attrs), allOps, (name) => f32(...shapes[Number(name.slice(1))]!))
}

describe('scales and biases of channels', () => {
  it.each([
    ['Affine', {}],
    ['QAffine', { multipliers: [1], shifts: [0] }],
    ['InstanceNormalization', {}],
    ['PixelNormalization', {}],
  ])('of %s are one for each: more or fewer are refused by name', (op, attrs) => {
    expect(inferred(op, [4, 4], attrs)).not.toThrow()
    for (const [what, counts] of [
      ['scales', [3, 4]],
      ['scales', [1, 4]],
      ['biases', [4, 5]],
    ] as const)
      expect(inferred(op, counts, attrs)).toThrow(
        expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining(what) }),
      )
  })
})
