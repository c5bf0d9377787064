import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('DepthToSpace', () => {
  it("channels become places, as in ONNX's example", () => {
    expect(shapeOf('x: f32[1,8,2,3]; y = DepthToSpace(x) {block_h = 2, block_w = 2}')).toEqual([1, 2, 4, 6])
  })
  it("inverse is ONNX's SpaceToDepth", () => {
    expect(shapeOf('x: f32[1,1,4,6]; y = DepthToSpace(x) {block_h = 2, block_w = 2, inverse = true}')).toEqual([1, 4, 2, 3])
  })
  it('channelsLast counts the channels at the end', () => {
    expect(shapeOf('x: f32[1,2,3,8]; y = DepthToSpace(x) {block_h = 2, block_w = 2, channelsLast = true}')).toEqual([1, 4, 6, 2])
  })
  it('C1: refuses channels that the block does not divide', () => {
    expect(() => shapeOf('x: f32[1,6,2,3]; y = DepthToSpace(x) {block_h = 2, block_w = 2}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses three axes', () => {
    expect(() => shapeOf('x: f32[8,2,3]; y = DepthToSpace(x) {block_h = 2, block_w = 2}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses a block of nothing', () => {
    expect(() => shapeOf('x: f32[1,8,2,3]; y = DepthToSpace(x) {block_h = 0, block_w = 2}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
