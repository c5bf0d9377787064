import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from '../cv18xx.ts'

const rangeOf = (threshold: number) => ({ threshold, min: -threshold, max: threshold })

/** A resampling of planes of 6x6 in INT8. @param threshold of the result */
const lowered = (attrs: string, [rows, columns]: readonly [number, number], threshold = 2.8118784) => {
  const sizes = `scale_h = ${rows}, scale_w = ${columns}, sizes = [${6 * rows}, ${6 * columns}]`
  const graph = parseGraph(`x: f32[1,2,6,6]; a = Relu(x); y = Resize(a) {${attrs}, ${sizes}}`)
  const table = new Map([
    ['x', rangeOf(2.8118784)],
    ['a', rangeOf(2.8118784)],
    ['y', rangeOf(threshold)],
  ])
  const { graph: made, diagnostics } = resolve(graph, table, new Map(), cv18xx(), { mode: 'INT8' })
  const node = made.nodes.find(({ outputs }) => outputs[0] === 'y')!
  const filter = made.values.get(node.inputs[1] ?? '')?.constant
  return { node, diagnostics, taps: filter === undefined ? [] : Array.from(filter.data, Number).slice(0, filter.data.length / 2) }
}

/* The factors and weights that TPU-MLIR 1.30.2 writes for the same ranges; its convolution puts zeros between elements, so that its weights are turned round. */
describe('a resampling by whole factors', () => {
  it('is linear by a convolution that was transposed, behind a border', () => {
    const { node, taps } = lowered('mode = "linear"', [2, 3], 2.3609104)
    expect(node).toMatchObject({
      op: 'QConvTranspose',
      inputs: ['a_pad_edge', 'y_filter_i8'],
      attrs: { multipliers: [1933367424, 1933367424], shifts: [7, 7], strides: [2, 3], pads: [3, 5, 3, 4] },
    })
    const turned = [14, 28, 42, 28, 14, 0, 42, 85, 127, 85, 42, 0, 42, 85, 127, 85, 42, 0, 14, 28, 42, 28, 14, 0]
    expect(taps).toEqual(turned.reverse())
  })

  it('repeats the nearest element, as often as each factor says', () => {
    const { node, taps } = lowered('mode = "nearest", coordinate_transformation_mode = "asymmetric"', [2, 3])
    expect(node).toMatchObject({ op: 'QConvTranspose', attrs: { multipliers: [1082196480, 1082196480], shifts: [6, 6], strides: [2, 3] } })
    expect(taps).toEqual([127, 127, 127, 127, 127, 127])
  })

  it('to the half is a mean of four', () => {
    const { node, taps } = lowered('mode = "linear"', [0.5, 0.5], 1.2805135)
    expect(node).toMatchObject({ op: 'QConv', attrs: { multipliers: [1188197120, 1188197120], shifts: [7, 7], strides: [2, 2] } })
    expect(taps).toEqual([127, 127, 127, 127])
  })

  it.each([
    ['mode = "linear"', [1, 2]],
    ['mode = "linear"', [16, 16]],
    ['mode = "linear", coordinate_transformation_mode = "align_corners"', [2, 2]],
    ['mode = "linear", coordinate_transformation_mode = "asymmetric"', [2, 2]],
    ['mode = "nearest", coordinate_transformation_mode = "align_corners"', [2, 2]],
    ['mode = "nearest", coordinate_transformation_mode = "asymmetric"', [1.5, 2]],
    ['mode = "nearest"', [3, 3]],
  ] as const)('is left to the host where the chip has no form of it, which a warning says: %s %o', (attrs, factors) => {
    const { node, diagnostics } = lowered(attrs, factors)
    expect(node.op).toBe('Resize')
    expect(diagnostics).toContainEqual(expect.objectContaining({ code: 'COMPUTED_IN_FLOAT', at: ['y'] }))
  })
})
