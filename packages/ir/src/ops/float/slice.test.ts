import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Slice', () => {
  it("as ONNX's example", () => {
    expect(shapeOf('x: f32[20,10,5]; y = Slice(x) {starts = [0, 0, 0], ends = [3, 10, 5], steps = [1, 1, 1]}')).toEqual([3, 10, 5])
  })
  it("negative steps walk down, as in ONNX's example", () => {
    expect(shapeOf('x: f32[20,10,5]; y = Slice(x) {starts = [19, 9, 4], ends = [0, 0, 1], steps = [-1, -3, -2]}')).toEqual([19, 3, 2])
  })
  it('an end of -1 takes element 0 in', () => {
    expect(shapeOf('x: f32[4]; y = Slice(x) {starts = [3], ends = [-1], steps = [-1]}')).toEqual([4])
  })
  it('an end before the start gives nothing', () => {
    expect(shapeOf('x: f32[4]; y = Slice(x) {starts = [3], ends = [1], steps = [1]}')).toEqual([0])
  })
  it('C1: refuses a start too few', () => {
    expect(() => shapeOf('x: f32[4,4]; y = Slice(x) {starts = [0], ends = [1, 1], steps = [1, 1]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it.each(['starts = [-1], ends = [1], steps = [1]', 'starts = [0], ends = [5], steps = [1]', 'starts = [3], ends = [-3], steps = [-2]'])(
    'C2: refuses what lies outside, %s',
    (attrs) => {
      expect(() => shapeOf(`x: f32[4]; y = Slice(x) {${attrs}}`)).toThrow(
        expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }),
      )
    },
  )
  it('C1: refuses a step of 0', () => {
    expect(() => shapeOf('x: f32[4]; y = Slice(x) {starts = [0], ends = [1], steps = [0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
