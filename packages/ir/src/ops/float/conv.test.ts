import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Conv', () => {
  it("pads keep the plane, as in ONNX's example", () => {
    expect(shapeOf('x: f32[1,1,5,5]; w: f32[1,1,3,3]; y = Conv(x, w) {strides = [1, 1], pads = [1, 1, 1, 1]}')).toEqual([1, 1, 5, 5])
  })
  it('without pads the plane loses the kernel less one', () => {
    expect(shapeOf('x: f32[1,1,5,5]; w: f32[1,1,3,3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toEqual([1, 1, 3, 3])
  })
  it('strides divide, rounded down', () => {
    expect(shapeOf('x: f32[1,1,7,5]; w: f32[1,1,3,3]; y = Conv(x, w) {strides = [2, 2], pads = [0, 0, 0, 0]}')).toEqual([1, 1, 3, 2])
  })
  it('pads list every begin before every end', () => {
    expect(shapeOf('x: f32[1,1,7,5]; w: f32[1,1,3,3]; y = Conv(x, w) {strides = [2, 2], pads = [1, 0, 1, 0]}')).toEqual([1, 1, 4, 2])
  })
  it('dilation stretches the kernel', () => {
    expect(shapeOf('x: f32[1,1,7,7]; w: f32[1,1,3,3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], dilations = [2, 3]}')).toEqual(
      [1, 1, 3, 1],
    )
  })
  it('a depthwise convolution has one input channel in each group', () => {
    expect(shapeOf('x: f32[2,6,4,4]; w: f32[6,1,1,1]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], group = 6}')).toEqual([
      2, 6, 4, 4,
    ])
  })
  it('a spatial axis of 1 may be left out of x', () => {
    expect(shapeOf('x: f32[1,4,10]; w: f32[8,4,3,1]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toEqual([1, 8, 8])
  })
  it('C1: refuses x with an axis too many', () => {
    expect(() => shapeOf('x: f32[1,1,5,5,5]; w: f32[1,1,3,3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C4: refuses a bias of other channels', () => {
    expect(() => shapeOf('x: f32[1,1,3,3]; w: f32[3,1,1,1]; b: f32[2]; y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C4: ') }),
    )
  })

  it('C2: refuses results that groups do not make up', () => {
    expect(() => shapeOf('x: f32[1,4,3,3]; w: f32[3,2,3,3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], group = 2}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }),
    )
  })

  it('C2: refuses channels that the groups do not make up', () => {
    expect(() => shapeOf('x: f32[1,6,5,5]; w: f32[4,2,3,3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], group = 2}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }),
    )
  })
  it('C3: refuses a kernel without a stride for each axis', () => {
    expect(() => shapeOf('x: f32[1,1,5,5]; w: f32[1,1,3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C3: ') }),
    )
  })
  it('C3: refuses one pad for each axis', () => {
    expect(() => shapeOf('x: f32[1,1,5,5]; w: f32[1,1,3,3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C3: ') }),
    )
  })
  it('refuses a kernel larger than the plane', () => {
    expect(() => shapeOf('x: f32[1,1,2,2]; w: f32[1,1,3,3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_WINDOW' }),
    )
  })
})
