import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('ArgMax and ArgMin', () => {
  it("as ONNX's example", () => expect(shapeOf('x: f32[2,2]; y = ArgMax(x) {axis = 1}')).toEqual([2, 1]))
  it('without keepdims', () => expect(shapeOf('x: f32[2,3,4]; y = ArgMin(x) {axis = 1, keepdims = false}')).toEqual([2, 4]))
  it('laid out otherwise', () => {
    const laidOut = (shape: string) => shapeOf(`x: f32[2,3,4]; y = ArgMax(x) {axis = 2, shape = [${shape}]}`)
    expect(laidOut('2, 1, 3')).toEqual([2, 1, 3])
    expect(() => laidOut('2, 4')).toThrow(expect.objectContaining({ found: '[2, 4] for [2, 3, 1]' }))
  })
  it('refuses an axis that is not there', () => {
    expect(() => shapeOf('x: f32[2,3]; y = ArgMax(x) {axis = 2}')).toThrow(expect.objectContaining({ code: 'SHAPE_AXIS' }))
  })
})
