import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('ConvTranspose', () => {
  it("the plane gains the kernel less one, as in ONNX's example", () => {
    expect(shapeOf('x: f32[1,1,3,3]; w: f32[1,2,3,3]; y = ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toEqual([
      1, 2, 5, 5,
    ])
  })
  it('output padding adds at the end', () => {
    expect(
      shapeOf('x: f32[1,1,3,3]; w: f32[1,2,3,3]; y = ConvTranspose(x, w) {strides = [3, 2], pads = [0, 0, 0, 0], output_padding = [1, 1]}'),
    ).toEqual([1, 2, 10, 8])
  })
  it('pads cut the result', () => {
    expect(shapeOf('x: f32[1,1,3,3]; w: f32[1,2,3,3]; y = ConvTranspose(x, w) {strides = [3, 2], pads = [1, 2, 1, 2]}')).toEqual([
      1, 2, 7, 3,
    ])
  })
  it('dilation stretches the kernel', () => {
    expect(
      shapeOf('x: f32[1,1,3,3]; w: f32[1,1,2,2]; y = ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], dilations = [2, 2]}'),
    ).toEqual([1, 1, 5, 5])
  })
  it('groups multiply the channels', () => {
    expect(shapeOf('x: f32[1,4,1,1]; w: f32[4,3,1,1]; y = ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], group = 2}')).toEqual(
      [1, 6, 1, 1],
    )
  })
  it('a spatial axis of 1 may be left out of x', () => {
    expect(shapeOf('x: f32[1,1,3]; w: f32[1,2,3,1]; y = ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toEqual([1, 2, 5])
  })
  it('C1: refuses operands of different axes', () => {
    expect(() => shapeOf('x: f32[1,1,3,3,3]; w: f32[1,2,3,3]; y = ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C5: refuses a bias of other channels', () => {
    expect(() =>
      shapeOf('x: f32[1,1,3,3]; w: f32[1,3,1,1]; b: f32[2]; y = ConvTranspose(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}'),
    ).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C5: ') }))
  })

  it('C2: refuses groups that are not equal', () => {
    expect(() =>
      shapeOf('x: f32[1,3,3,3]; w: f32[3,2,3,3]; y = ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], group = 2}'),
    ).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }))
  })

  it('C2: refuses channels that w does not have', () => {
    expect(() => shapeOf('x: f32[1,3,3,3]; w: f32[1,2,3,3]; y = ConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }),
    )
  })
  it('C3: refuses a stride too few', () => {
    expect(() => shapeOf('x: f32[1,1,3,3]; w: f32[1,2,3,3]; y = ConvTranspose(x, w) {strides = [1], pads = [0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C3: ') }),
    )
  })
  it('C4: refuses pads that leave nothing', () => {
    expect(() => shapeOf('x: f32[1,1,1,1]; w: f32[1,1,1,1]; y = ConvTranspose(x, w) {strides = [1, 1], pads = [1, 0, 0, 0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C4: ') }),
    )
  })
})
