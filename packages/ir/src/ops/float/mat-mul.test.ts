import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('MatMul', () => {
  it("rows by columns, as in ONNX's example", () => expect(shapeOf('a: f32[3,4]; b: f32[4,3]; y = MatMul(a, b)')).toEqual([3, 3]))
  it('leading axes stand', () => expect(shapeOf('a: f32[1,2,3,4]; b: f32[1,2,4,3]; y = MatMul(a, b)')).toEqual([1, 2, 3, 3]))
  it('leading axes broadcast', () => expect(shapeOf('a: f32[5,1,3,4]; b: f32[2,4,6]; y = MatMul(a, b)')).toEqual([5, 2, 3, 6]))
  it('a vector on the left leaves no row axis', () => expect(shapeOf('a: f32[4]; b: f32[4,3]; y = MatMul(a, b)')).toEqual([3]))
  it('a vector on the right leaves no column axis', () => expect(shapeOf('a: f32[2,3,4]; b: f32[4]; y = MatMul(a, b)')).toEqual([2, 3]))
  it('transB reads b transposed', () => expect(shapeOf('a: f32[3,4]; b: f32[5,4]; y = MatMul(a, b) {transB = true}')).toEqual([3, 5]))
  it('headsAsBatch reads axes 1 and 2 swapped', () => {
    expect(shapeOf('a: f32[1,7,2,4]; b: f32[1,9,2,4]; y = MatMul(a, b) {headsAsBatch = true, transB = true, transY = false}')).toEqual([
      1, 7, 2, 9,
    ])
  })
  it('keepdims false leaves two axes', () => {
    expect(shapeOf('a: f32[2,3,4]; b: f32[4,5]; y = MatMul(a, b) {keepdims = false}')).toEqual([6, 5])
  })
  it('C1: refuses inner dimensions that differ', () => {
    expect(() => shapeOf('a: f32[3,4]; b: f32[5,3]; y = MatMul(a, b)')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C2: refuses a scalar', () => {
    expect(() => shapeOf('a: f32[]; b: f32[5,3]; y = MatMul(a, b)')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }),
    )
  })
  it('refuses leading axes that do not broadcast', () => {
    expect(() => shapeOf('a: f32[2,3,4]; b: f32[3,4,5]; y = MatMul(a, b)')).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
  })
})
