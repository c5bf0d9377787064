import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (heads: string) =>
  parseGraph(`a: f32[1,5,3,16]; b: f32[1,3,16,7]; y = MatMul(a, b) {heads = [${heads}]}`).values.get('y')!.type.shape

describe('heads of a matrix product', () => {
  it('are swapped in the operands and the result that are named', () => {
    expect(shapeOf('"a"')).toEqual([1, 3, 5, 7])
    expect(shapeOf('"a", "y"')).toEqual([1, 5, 3, 7])
  })
})
