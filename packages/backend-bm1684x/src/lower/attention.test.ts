import type { LowerContext, LoweredNode, Node, Scheme, Tensor, TensorType } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { target } from '../target.ts'
import { lowerAttention } from './attention.ts'

const tensor = (shape: readonly number[], data: readonly number[]): Tensor => ({ dtype: 'f32', shape, data: Float32Array.from(data) })

/** Two heads of one column each; every matrix has the largest magnitude 127, so its scale is 1 (of a head: that of its column). */
const ownConstants: Readonly<Record<string, Tensor>> = {
  wq: tensor([2, 2], [127, 0, 1, 254]),
  bq: tensor([2], [3, 4]),
  wk: tensor([2, 2], [127, 127, 0, 0]),
  wv: tensor([2, 2], [127, 127, 0, 0]),
  bv: tensor([2], [5, 6]),
  wo: tensor([2, 2], [127, 1, 2, 3]),
  bo: tensor([2], [7, 8]),
}
const scales: Readonly<Record<string, number>> = { x: 1, y: 2, q: 2, k: 1, v: 1, qk: 4, scaled: 0.5, pv: 1 }
const shape = [1, 3, 2]

const node = (more: Partial<Node> = {}, attrs: Node['attrs'] = {}): Node => ({
  op: 'Attention',
  inputs: ['x', undefined, undefined, 'wq', 'bq', 'wk', undefined, 'wv', 'bv', 'wo', 'bo', undefined],
  outputs: ['y'],
  attrs: { heads: 2, headSize: 1, scale: 0.5, inner: ['q', 'k', 'v', 'qk', 'scaled', 'pv'], ...attrs },
  ...more,
})

function lower(
  each: Node,
  mode: 'INT8' | 'F16' | 'F32',
  others: Readonly<Record<string, Tensor>> = {},
): LoweredNode & { readonly constant: (name: string) => readonly number[] } {
  const constants = { ...ownConstants, ...others }
  const scheme: Scheme = target.schemes[mode]!
  const typeOf = (name: string): TensorType => constants[name] ?? { dtype: 'f32', shape }
  const context = {
    target,
    mode,
    scheme,
    integers: scheme,
    attrs: ({ attrs }: Node) => attrs,
    constantOf: (name: string | undefined) => (name === undefined ? undefined : constants[name]),
    typeOf: (name: string) => ({ dtype: 'f32', shape: typeOf(name).shape }),
    quantizedType: (name: string) => ({ dtype: 'i8', shape, quant: { scale: scales[name]!, zeroPoint: 0, expressed: 'f32' } }),
    useCount: () => 1,
  } as unknown as LowerContext
  const lowered = lowerAttention(each, context)
  return { ...lowered, constant: (name) => Array.from(lowered.values.find((value) => value.name === name)!.constant!.data, Number) }
}

describe('attention in INT8', () => {
  const lowered = lower(node(), 'INT8')
  it('is a node for each head, whose sums are added and requantized', () => {
    expect(lowered.nodes.map(({ op, outputs }) => [op, outputs[0]])).toEqual([
      ['QAttention', 'y_head_0'],
      ['QAttention', 'y_head_1'],
      ['QAdd', 'y_attention_out_fuse_1'],
      ['Requantize', 'y'],
    ])
    // The product with v has the scale 1, the output matrix 1, the result 2.
    expect(lowered.nodes[3]!.attrs).toMatchObject({ multipliers: [1], shifts: [1], rounding: 'half-away-from-zero' })
    expect([...lowered.operands!]).toEqual([
      ['y_head_0', 'any'],
      ['y_head_1', 'any'],
      ['y_attention_out_fuse_1', 'any'],
      ['x', 'codes'],
    ])
  })
  it('each head has the columns of its projections, with a scale of their own', () => {
    expect(lowered.constant('y_head_0_weight_q_int8')).toEqual([127, 1])
    // The column 0, 254 has the scale 2.
    expect(lowered.constant('y_head_1_weight_q_int8')).toEqual([0, 127])
    expect([lowered.constant('y_head_0_weight_q_int32'), lowered.constant('y_head_1_weight_q_int32')]).toEqual([[3], [2]])
    expect(lowered.constant('y_head_1_weight_v_int32')).toEqual([6])
  })
  it('and the rows of the output matrix; the first adds the bias', () => {
    expect(lowered.constant('wo_weight_head_0_int8')).toEqual([127, 1])
    expect(lowered.constant('wo_weight_head_1_int8')).toEqual([2, 3])
    expect(lowered.constant('bo_int32')).toEqual([7, 8])
    expect([lowered.nodes[0]!.inputs[10], lowered.nodes[1]!.inputs[10]]).toEqual(['bo_int32', undefined])
  })
  it('whose quotients by the scale are float32: what is nearly a half is one', () => {
    // 28.50000043 and 16.49999916 times the scale.
    const codes = (largest: number, each: number) =>
      lower(node(), 'INT8', { wo: tensor([2, 2], [largest, each, 0, 0]) }).constant('wo_weight_head_0_int8')
    expect(codes(0.09015199, -0.020230958)).toEqual([127, -29])
    expect(codes(0.08849475, -0.011497349)).toEqual([127, -17])
  })
  it('factors are those of the layers in between', () => {
    // q: 1 * 1 / 2; k and v: 1; product 2 * 1 / 4; probabilities 1/255 times v over the product with v.
    const { parameters } = lowered.nodes[0]!.attrs as { readonly parameters: readonly number[] }
    const factors = [0, 3, 6, 9, 12].map((at) => parameters[at]! / 2 ** parameters[at + 1]!)
    expect(factors.slice(0, 4)).toEqual([0.5, 1, 1, 0.5])
    expect(factors[4]).toBeCloseTo(1 / 255, 9)
    expect(parameters).toHaveLength(16)
  })
  it('a mask comes as whole numbers, and a warning says what it does', () => {
    const { nodes, operands, diagnostics } = lower(node({ inputs: [...node().inputs.slice(0, 11), 'm'] }), 'INT8')
    expect(nodes.slice(0, 2).map(({ inputs }) => inputs[11])).toEqual(['m', 'm'])
    expect(operands!.get('m')).toBe('i32')
    expect(diagnostics!.map(({ code }) => code)).toEqual(['COMPUTED_OTHERWISE'])
  })
  it('the table holds the exponentials of the scaled product', () => {
    expect(lowered.constant('y_head_0_table').slice(0, 3)).toEqual([1, Math.fround(Math.exp(-0.5)), Math.fround(Math.exp(-1))])
  })
})

describe('attention in floats', () => {
  it('rounds the parts of each head once, and adds the results under the name of the layer', () => {
    const lowered = lower(node(), 'F16')
    expect(lowered.nodes.map(({ op, outputs }) => [op, outputs[0]])).toEqual([
      ['Attention', 'y_head_0'],
      ['Attention', 'y_head_1'],
      ['Add', 'y'],
    ])
    // Half floats of 127, 1 and of 0, 254.
    expect(lowered.constant('wq_weight_head_0_f16')).toEqual([0x57f0, 0x3c00])
    expect(lowered.constant('wq_weight_head_1_f16')).toEqual([0, 0x5bf0])
    expect(lowered.constant('wo_weight_head_1_f16')).toEqual([0x4000, 0x4200])
    expect(lowered.nodes[0]!.inputs.slice(9)).toEqual(['wo_weight_head_0_f16', 'y_head_0bo_f16'])
    expect([...lowered.operands!]).toEqual([['x', 'f16']])
  })
  it('a single head takes the place of the layer, and a mask stays an operand', () => {
    const one = node({ inputs: [...node().inputs.slice(0, 10), undefined, 'm'] }, { heads: 1, headSize: 2 })
    const lowered = lower(one, 'F32')
    expect(lowered.nodes.map(({ outputs }) => outputs[0])).toEqual(['y_head_0'])
    expect([...lowered.renamed!]).toEqual([['y', 'y_head_0']])
    expect(lowered.nodes[0]!.inputs.slice(-2)).toEqual([undefined, 'm'])
    expect([...lowered.operands!]).toEqual([
      ['x', 'f32'],
      ['m', 'f32'],
    ])
  })
})
