import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('element-wise operators of two operands', () => {
  it('equal shapes stay', () => expect(shapeOf('a: f32[2,3]; y = Add(a, a)')).toEqual([2, 3]))
  it("a missing axis counts as 1, as in ONNX's broadcasting page", () => {
    expect(shapeOf('a: f32[2,3,4,5]; b: f32[5]; y = Mul(a, b)')).toEqual([2, 3, 4, 5])
  })
  it('both operands may stretch', () => expect(shapeOf('a: f32[4,5]; b: f32[2,3,1,1]; y = Sub(a, b)')).toEqual([2, 3, 4, 5]))
  it('a number', () => expect(shapeOf('a: f32[2,3]; b: f32[] = 2; y = Pow(a, b)')).toEqual([2, 3]))
  it('refuses dimensions that are neither equal nor 1', () => {
    expect(() => shapeOf('a: f32[2,3]; b: f32[2]; y = Add(a, b)')).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
  })
})
