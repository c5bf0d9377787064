import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { bm1684x } from '../bm1684x.ts'

/** An INT8 network, truth values `c` and `d` of which have the range of a calibration. */
function int8(text: string, plan: readonly (readonly [string, string])[] = []) {
  const graph = parseGraph(`a: f32[1,2,3,4]; b: f32[1,2,3,4]; ${text}`)
  const float = { ...graph, outputs: ['y'], properties: { stage: 'float' } }
  const table = new Map(
    [...graph.values.keys()].map((name) =>
      name === 'c' || name === 'd' ? [name, { threshold: 1, min: 0, max: 1 }] : [name, { threshold: 4, min: -4, max: 4 }],
    ),
  )
  return resolve(float, table, new Map(plan), bm1684x(), { mode: 'INT8' })
}

/** What is told of how layers are computed; the rows above say nothing of what truth values can be. */
const toldOf = (text: string) => int8(text).diagnostics.filter(({ code }) => code === 'COMPUTED_OTHERWISE')

/* The simulator of TPU-MLIR 1.30.2 gives 1/255 for true behind a Transpose and a Relu, and products with truth values are right. */
describe('truth values', () => {
  it('that are read as codes of the scale of a range are told of', () => {
    for (const text of ['y = Transpose(c) {perm = [0, 1, 3, 2]}', 'y = Relu(c)', 'y = Add(c, a)', 'y = Where(c, c, a)']) {
      const told = toldOf(`c = Less(a, b); ${text}`)
      expect(told, text).toMatchObject([{ level: 'warning', at: ['y'] }])
      expect(told[0]!.message).toContain(`the truth values of c are read as codes of scale `)
    }
  })

  it('that are taken as they are need no warning: in products, logic, conditions, and where they are floats', () => {
    for (const text of [
      'y = Mul(c, a)',
      'd = Greater(a, b); y = And(c, d)',
      'y = Where(c, a, b)',
      'y = CumSum(c) {axis = 1}',
      'y = Not(c)',
    ])
      expect(toldOf(`c = Less(a, b); ${text}`), text).toEqual([])
  })

  it('of a comparison on floats, with a constant tensor or in a float mode, have the codes of their range', () => {
    const constant = int8('k: f32[1,2,1,1] = [1, 2]; c = Less(a, k); y = Mul(c, a)')
    const float = int8('c = Less(a, b); y = Mul(c, a)', [['c', 'F32']])
    for (const { graph, diagnostics } of [constant, float]) {
      const product = graph.nodes.find(({ op }) => op === 'QMul')!
      const [multiplier, shift] = [product.attrs['multipliers'], product.attrs['shifts']] as [number[], number[]]
      expect(multiplier[0]! / 2 ** shift[0]!).toBeCloseTo(1 / 255, 4)
      expect(diagnostics).toEqual([])
    }
    expect(toldOf('k: f32[1,2,1,1] = [1, 2]; c = Less(a, k); y = Transpose(c) {perm = [0, 1, 3, 2]}')).toEqual([])
  })
})
