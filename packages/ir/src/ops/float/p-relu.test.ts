import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const parse = (x: string, slope: string) => () => parseGraph(`x: ${x}; s: ${slope}; y = PRelu(x, s)`)
const refused = (constraint: string) => expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining(constraint) })

describe('PRelu', () => {
  it.each(['f32[1]', 'f32[1,1,1]', 'f32[3]', 'f32[3,1]', 'f32[1,3,1]'])('takes slopes %s of three channels', (slope) => {
    expect(parse('f32[2,3,3]', slope)().values.get('y')!.type.shape).toEqual([2, 3, 3])
  })
  it('C1: refuses no slopes', () => expect(parse('f32[2,3]', 'f32[0]')).toThrow(refused('C1: ')))
  it.each(['f32[1,1,3]', 'f32[1,3]', 'f32[3,1,1]', 'f32[2]', 'f32[2,3,3]'])('C2: refuses slopes %s along other axes', (slope) => {
    expect(parse('f32[2,3,3]', slope)).toThrow(refused('C2: '))
  })
  it('C2: refuses slopes of a list, which has no axis 1', () => expect(parse('f32[3]', 'f32[3]')).toThrow(refused('C2: ')))
})
