import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'
import * as unary from './unary.ts'

describe('element-wise operators of one operand', () => {
  it.each(Object.values(unary).map(({ name }) => name))('%s keeps type and shape', (name) => {
    const attrs = name === 'Clip' ? ' {min = 0, max = 6}' : ''
    expect(parseGraph(`x: bf16[2,0,3]; y = ${name}(x)${attrs}`).values.get('y')!.type).toEqual({ dtype: 'bf16', shape: [2, 0, 3] })
  })
  it('is bounded where mathematics says so: sigmoids lie between 0 and 1', () => {
    const bounded = Object.values(unary).filter(({ outputs }) => outputs.y.kind === 'fixed')
    expect(bounded.map(({ name, outputs }) => [name, outputs.y])).toEqual([
      ['HardSigmoid', { kind: 'fixed', min: 0, max: 1 }],
      ['Sigmoid', { kind: 'fixed', min: 0, max: 1 }],
    ])
  })
  it('Clip refuses to go without its limits', () => {
    expect(() => parseGraph('x: f32[1]; y = Clip(x) {min = 0}')).toThrow(expect.objectContaining({ code: 'ATTR_MISSING', wanted: 'float' }))
  })
})
