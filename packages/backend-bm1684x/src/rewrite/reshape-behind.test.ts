import { parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { reshapeBehind } from './reshape-behind.ts'

const settings = { mode: 'INT8', asymmetric: false, highPrecision: false } as const

function rewritten(text: string): readonly string[] {
  const graph = reshapeBehind.run(parseGraph(text), settings)
  return graph.nodes.map(
    ({ op, inputs, outputs }) => `${outputs[0]}${graph.values.get(outputs[0]!)!.type.shape.length} = ${op} ${inputs.join(' ')}`,
  )
}
const flat = { heads: '{shape = [2, 3, 4]}', square: '{shape = [2, 3, 3]}' }

describe('attention that lists its heads as a batch', () => {
  it('is computed with the axis in front, and gives what it is given back', () => {
    expect(
      rewritten(`
q: f32[1,2,3,4]
k: f32[1,2,3,4]
v: f32[1,2,3,4]
c: f32[1] = [0.5]
q3 = Reshape(q) ${flat.heads}
k3 = Reshape(k) ${flat.heads}
v3 = Reshape(v) ${flat.heads}
s = MatMul(q3, k3) {transB = true}
t = Mul(s, c)
p = Softmax(t) {axis = 2}
o = MatMul(p, v3)
o4 = Reshape(o) {shape = [1, 2, 3, 4]}
y = Transpose(o4) {perm = [0, 2, 1, 3]}`),
    ).toEqual([
      's_Reshape4 = MatMul q k',
      't_Reshape4 = Mul s_Reshape c',
      'p_Reshape4 = Softmax t_Reshape',
      'o_Reshape4 = MatMul p_Reshape v',
      'y4 = Transpose o_Reshape',
    ])
  })

  it('stays where an operand has no such Reshape, or something else reads it', () => {
    const start = `q: f32[1,2,3,4]\nk: f32[2,3,4]\nq3 = Reshape(q) ${flat.heads}\n`
    expect(rewritten(`${start}y = MatMul(q3, k) {transB = true}`)).toEqual(['q33 = Reshape q', 'y3 = MatMul q3 k'])
    expect(rewritten(`${start}p = Softmax(q3) {axis = 2}\ny = Add(p, q3)`)).toEqual(['q33 = Reshape q', 'p3 = Softmax q3', 'y3 = Add p q3'])
    expect(rewritten(`${start}p = Softmax(q3) {axis = 2}\ny = Add(p, k)`)).toEqual([
      'p_Reshape4 = Softmax q',
      'p3 = Reshape p_Reshape',
      'y3 = Add p k',
    ])
  })
})
