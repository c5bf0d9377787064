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

const warningsOf = (text: string) => int8(text).diagnostics.filter(({ code }) => /COMPUTED/.test(code))

const opOf = (text: string) => int8(text).graph.nodes.find(({ outputs }) => outputs.includes('y'))!.op

/* The simulator of TPU-MLIR 1.30.2 gives 1/255 for true behind a Transpose and a Relu, and products with truth values are right. */
describe('truth values', () => {
  it('of two tensors that would be read as codes of the scale of a range are floats there', () => {
    for (const text of [
      'y = Transpose(c) {perm = [0, 1, 3, 2]}',
      'y = Relu(c)',
      'y = Add(c, a)',
      'y = Where(c, c, a)',
      'y = Concat(c, a) {axis = 1}',
      'k: f32[1] = [2]; y = Mul(c, k)',
      'y = Sigmoid(c)',
    ]) {
      const told = warningsOf(`c = Less(a, b); ${text}`)
      expect(told, text).toMatchObject([{ level: 'warning', code: 'COMPUTED_IN_FLOAT', at: ['y'] }])
      expect(told[0]!.message).toContain('the truth values of c have no codes of scale ')
    }
  })

  /* The compiler of TPU-MLIR 1.30.2 writes a shift of 32563 for a sum with such a scale, and a constant network comes of it. */
  it('of a comparison with a number are floats where they are copied, or no multiplier brings them to the scale', () => {
    const number = 'k: f32[1] = [1]; c = Less(a, k)'
    for (const text of [
      'd = Add(c, k); y = Mul(d, a)',
      'd = Sub(k, c); y = Mul(d, a)',
      'd = Transpose(c) {perm = [0, 1, 2, 3]}; y = Mul(d, a)',
    ])
      expect(warningsOf(`${number}; ${text}`), text).toMatchObject([{ code: 'COMPUTED_IN_FLOAT', at: ['d'] }])
    for (const text of ['y = Where(c, c, a)', 'y = Max(c, a)', 'y = Min(c, a)'])
      expect(warningsOf(`${number}; ${text}`)[0], text).toMatchObject({ code: 'COMPUTED_IN_FLOAT', at: ['y'] })
    for (const text of ['y = Add(c, a)', 'y = Concat(c, a) {axis = 1}', 'y = Sub(a, c)']) {
      expect(warningsOf(`${number}; ${text}`), text).toEqual([])
      expect(opOf(`${number}; ${text}`)).toMatch(/^(QAdd|QSub|Concat)$/)
    }
  })

  it('of a comparison with a number count as 0 and 1 in a convolution', () => {
    const { graph } = int8(
      'k: f32[1] = [1]; w: f32[1,2,1,1] = [0.4, 0.3]; c = Less(a, k); y = Conv(c, w) {strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1], group = 1}',
    )
    const { multipliers, shifts } = graph.nodes.find(({ op }) => op === 'QConv')!.attrs as { multipliers: number[]; shifts: number[] }
    expect(multipliers[0]! / 2 ** shifts[0]!).toBeCloseTo(0.4 / 255 / (4 / 127), 4)
  })

  it('that are added up are floats, but for the sum that is only asked whether it is 0', () => {
    const both = 'k: f32[1] = [1]; zero: f32[1] = [0]; c = Less(a, k); d = Greater(b, k); '
    expect(warningsOf(`${both} y = Add(c, d)`)).toEqual([])
    expect(warningsOf(`${both} e = Add(c, d); y = Greater(e, zero)`)).toEqual([])
    const two = 'c = Less(a, b); d = Greater(a, b); zero: f32[1] = [0]; '
    expect(warningsOf(`${two} y = Add(c, d)`)).toMatchObject([{ code: 'COMPUTED_IN_FLOAT', at: ['y'] }])
    expect(warningsOf(`${two} e = Add(c, d); y = Greater(e, zero)`)).toEqual([])
  })

  it('that are taken as they are need no warning: in products, logic, conditions, and where they are floats', () => {
    for (const text of [
      'y = Mul(c, a)',
      'd = Greater(a, b); y = And(c, d)',
      'y = Where(c, a, b)',
      'y = CumSum(c) {axis = 1}',
      'y = Not(c)',
    ])
      expect(warningsOf(`c = Less(a, b); ${text}`), text).toEqual([])
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
    expect(warningsOf('k: f32[1,2,1,1] = [1, 2]; c = Less(a, k); y = Transpose(c) {perm = [0, 1, 3, 2]}')).toEqual([])
  })
})
