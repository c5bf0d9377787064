import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('MaxPool', () => {
  it("a window of two by two, as in ONNX's example", () => {
    expect(shapeOf('x: f32[1,3,32,32]; y = MaxPool(x) {kernel_shape = [2, 2], strides = [1, 1], pads = [0, 0, 0, 0]}')).toEqual([
      1, 3, 31, 31,
    ])
  })
  it('pads widen the plane', () => {
    expect(shapeOf('x: f32[1,3,28,28]; y = MaxPool(x) {kernel_shape = [3, 3], strides = [1, 1], pads = [2, 2, 2, 2]}')).toEqual([
      1, 3, 30, 30,
    ])
  })
  it('strides divide, rounded down', () => {
    expect(shapeOf('x: f32[1,3,32,32]; y = MaxPool(x) {kernel_shape = [5, 5], strides = [3, 3], pads = [0, 0, 0, 0]}')).toEqual([
      1, 3, 10, 10,
    ])
  })
  it('one spatial axis', () => {
    expect(shapeOf('x: f32[1,3,32]; y = MaxPool(x) {kernel_shape = [2], strides = [1], pads = [0, 0]}')).toEqual([1, 3, 31])
  })
  it('C1: refuses one pad for each axis', () => {
    expect(() => shapeOf('x: f32[1,3,32,32]; y = MaxPool(x) {kernel_shape = [2, 2], strides = [1, 1], pads = [0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C2: refuses x without a channel axis', () => {
    expect(() => shapeOf('x: f32[32,32]; y = MaxPool(x) {kernel_shape = [2, 2], strides = [1, 1], pads = [0, 0, 0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }),
    )
  })
  it('refuses a stride of 0', () => {
    expect(() => shapeOf('x: f32[1,3,32,32]; y = MaxPool(x) {kernel_shape = [2, 2], strides = [0, 1], pads = [0, 0, 0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_WINDOW' }),
    )
  })
})
