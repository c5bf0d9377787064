import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const typeOf = (text: string) => parseGraph(text).values.get('y')!.type

describe('integer operators', () => {
  it('QConv has the shape of Conv', () => {
    expect(typeOf('x: i8[1,3,7,5]; w: i8[4,3,3,3]; y = QConv(x, w) {strides = [2, 2], pads = [1, 1, 1, 1]}').shape).toEqual([1, 4, 4, 3])
  })
  it('QConvTranspose has the shape of ConvTranspose', () => {
    expect(typeOf('x: i8[1,1,3,3]; w: i8[1,2,3,3]; y = QConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}').shape).toEqual([
      1, 2, 5, 5,
    ])
  })
  it('QMatMul has the shape of MatMul', () => {
    expect(typeOf('a: i8[2,3,4]; b: i8[4,5]; y = QMatMul(a, b)').shape).toEqual([2, 3, 5])
  })
  it('QAveragePool has the shape of AveragePool', () => {
    const text = 'x: i8[1,3,7,7]; y = QAveragePool(x) {kernel_shape = [7, 7], strides = [1, 1], pads = [0, 0, 0, 0], keepdims = false}'
    expect(typeOf(text).shape).toEqual([1, 3])
  })
  it('QAdd broadcasts all its operands', () => {
    expect(typeOf('a: i8[2,1,4]; b: i8[3,1]; c: i8[1]; y = QAdd(a, b, c)').shape).toEqual([2, 3, 4])
  })
  it('QAdd C1: refuses no operands', () => {
    expect(() => typeOf('y = QAdd()')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('QAttention gives the sums of the output projection', () => {
    const text =
      'x: i8[1,5,8]; w: i8[8,4]; o: i8[4,6]; t: u8[256]; y = QAttention(x, _, _, w, _, w, _, w, _, o, _, _, t) {parameters = [1], scale = 1, headSize = 4}'
    expect(typeOf(text)).toEqual({ dtype: 'i32', shape: [1, 5, 6] })
  })
  it('QAttention C1: refuses a scalar', () => {
    const text =
      'x: i8[]; w: i8[8,4]; t: u8[256]; y = QAttention(x, _, _, w, _, w, _, w, _, w, _, _, t) {parameters = [1], scale = 1, headSize = 4}'
    expect(() => typeOf(text)).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }))
  })
  it('Lut gives the element type of its table', () => {
    expect(typeOf('x: i8[2,3]; t: u8[256]; y = Lut(x, t)')).toEqual({ dtype: 'u8', shape: [2, 3] })
  })
  it('DequantizeLinear gives floats', () => {
    expect(typeOf('x: i8[2,3]{scale 0.5}; y = DequantizeLinear(x)')).toEqual({ dtype: 'f32', shape: [2, 3] })
  })
  it('QSoftmax refuses an axis that is not there', () => {
    expect(() => typeOf('x: i8[2,3]; t: f32[256]; y = QSoftmax(x, t) {axis = 2}')).toThrow(expect.objectContaining({ code: 'SHAPE_AXIS' }))
  })
})
