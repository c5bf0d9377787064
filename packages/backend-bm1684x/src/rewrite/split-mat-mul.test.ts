import { parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { splitMatMul } from './split-mat-mul.ts'

const settings = { mode: 'INT8', asymmetric: false, highPrecision: false } as const

function rewritten(text: string): readonly string[] {
  const graph = splitMatMul.run(parseGraph(text), settings)
  return graph.nodes.map(
    ({ op, inputs, outputs }) => `${outputs[0]}${graph.values.get(outputs[0]!)!.type.shape.join('x')} = ${op} ${inputs.join(' ')}`,
  )
}
const slice = (to: string, shape: readonly number[], axis: number, from: number, end: number): string =>
  `${to} = Slice(r) {ends = [${shape.map((d, i) => (i === axis ? end : d)).join()}], starts = [${shape.map((_, i) => (i === axis ? from : 0)).join()}], steps = [${shape.map(() => 1).join()}]}\n`

const product = (shape: readonly number[]): string => `
x: f32[1,2,2]
w: f32[2,6] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
m = MatMul(x, w)
r = Reshape(m) {shape = [${shape.join()}]}
`
const heads = [1, 2, 3, 2]

describe('a product that is cut into heads', () => {
  it('is one for each Slice with a Reshape behind, also where no Reshape follows the Slice', () => {
    const parts = `${slice('a', heads, 2, 0, 2)}${slice('b', heads, 2, 2, 3)}`
    const wanted = [
      'm_matmul_11x2x4 = MatMul x m__filter_0',
      'm_reshape_11x2x2x2 = Reshape m_matmul_1',
      'm_matmul_21x2x2 = MatMul x m__filter_1',
      'm_reshape_21x2x1x2 = Reshape m_matmul_2',
      'y1x2x2x2 = Add m_reshape_1 m_reshape_2',
    ]
    expect(rewritten(`${product(heads)}${parts}y = Add(a, b)`)).toEqual(wanted)
  })

  it('may have axes of one element in front of the heads', () => {
    const shape = [1, 2, 1, 3, 2]
    const parts = `${slice('a', shape, 3, 0, 2)}${slice('b', shape, 3, 2, 3)}`
    expect(rewritten(`${product(shape)}${parts}y = Add(a, b)`).slice(0, 2)).toEqual([
      'm_matmul_11x2x4 = MatMul x m__filter_0',
      'm_reshape_11x2x1x2x2 = Reshape m_matmul_1',
    ])
  })

  it('stays where an inner axis is cut, where columns are left over, and for one part joined and one reshaped', () => {
    const first = 'm1x2x6 = MatMul x w'
    const inner = `${slice('a', heads, 3, 0, 1)}${slice('b', heads, 3, 1, 2)}`
    expect(rewritten(`${product(heads)}${inner}y = Add(a, b)`)[0]).toBe(first)
    const some = `${slice('a', heads, 2, 0, 1)}${slice('b', heads, 2, 2, 3)}`
    expect(rewritten(`${product(heads)}${some}y = Add(a, b)`)[0]).toBe(first)
    const all = `${slice('a', heads, 2, 0, 2)}${slice('b', heads, 2, 2, 3)}`
    const joined = 'c = Concat(a, a) {axis = 2}\nd = Reshape(b) {shape = [1, 2, 1, 2]}\n'
    expect(rewritten(`${product(heads)}${all}${joined}y = Add(c, d)`)[0]).toBe(first)
  })
})
