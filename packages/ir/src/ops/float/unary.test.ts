import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'
import { scalarOf } from '../define.ts'
import { Not } from './not.ts'
import { Softmax } from './softmax.ts'
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

  // Known values, from tables and by hand; each attribute away from its default.
  it.each([
    [unary.Abs, {}, -2.5, 2.5],
    [unary.Acos, {}, 0.5, Math.PI / 3],
    [unary.Atanh, {}, 0.5, 0.5493061443340549],
    [unary.Ceil, {}, 1.2, 2],
    [unary.Cos, {}, Math.PI / 3, 0.5],
    [unary.Cosh, {}, Math.LN2, 1.25],
    [unary.Elu, { alpha: 2 }, -Math.LN2, -1],
    [unary.Erf, {}, 1, 0.8427007929497149],
    [unary.Exp, {}, 1, Math.E],
    [unary.Floor, {}, -1.2, -2],
    [unary.Gelu, { approximate: 'none' }, 1, 0.8413447460685429],
    [unary.Gelu, { approximate: 'sigmoid' }, 0, 0],
    [unary.HardSigmoid, { alpha: 0.25, beta: 0.5 }, 1, 0.75],
    [unary.HardSwish, {}, 1, 2 / 3],
    [unary.LeakyRelu, { alpha: 0.25 }, -4, -1],
    [unary.Log, {}, Math.E, 1],
    [unary.Mish, {}, 1, 0.8650984],
    [unary.Relu, { reluLimit: 6 }, 7, 6],
    [unary.Relu, { reluLimit: -1 }, 7, 7],
    [unary.Round, {}, 2.5, 2],
    [unary.Rsqrt, {}, 4, 0.5],
    [unary.Sigmoid, { log: false }, 0, 0.5],
    [unary.Sigmoid, { log: true }, 0, -Math.LN2],
    [unary.Sign, {}, -3, -1],
    [unary.Silu, {}, 1, 0.7310585786300049],
    [unary.Sin, {}, Math.PI / 6, 0.5],
    [unary.Sinh, {}, Math.LN2, 0.75],
    [unary.Softplus, {}, 0, Math.LN2],
    [unary.Softsign, {}, -3, -0.75],
    [unary.Sqrt, {}, 9, 3],
    [unary.Swish, { alpha: 2 }, 1, 0.8807970779778825],
    [unary.Tan, {}, Math.PI / 4, 1],
    [unary.Tanh, {}, 0.5493061443340549, 0.5],
    [unary.Clip, { min: 0, max: 1 }, 7, 1],
    [unary.Clip, { min: 1, max: 0 }, 0.5, 0],
    [unary.Sigmoid, { log: true }, -1000, -1000],
    [Not, {}, 0, 1],
  ] as const)('$0.name of $2 is $3', (definition, attrs, x, y) => {
    expect(scalarOf(definition, attrs)!(x)).toBeCloseTo(y, 6)
  })
  it('every one of them says its function, and only such operators do', () => {
    expect(Object.values(unary).filter(({ scalar }) => scalar === undefined)).toEqual([])
    expect(scalarOf(Softmax, { axis: 1 })).toBeUndefined()
  })
})
