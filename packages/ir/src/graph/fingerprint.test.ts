import { describe, expect, it } from 'vitest'
import { defineOp, float, type OpDefinition, one, own } from '../ops/define.ts'
import { like } from '../ops/infer.ts'
import { allOps, floatOps, opSet } from '../ops/op-set.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { digestOf, fingerprintOf } from './fingerprint.ts'
import { parseGraph } from './text/parse-graph.ts'
import type { Graph } from './types.ts'

const graph = (weight: number, name = 'net'): Graph => ({
  name,
  inputs: [{ name: 'x' }],
  outputs: ['y_Add'],
  nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y_Add'], attrs: {} }],
  values: new Map([
    ['x', { name: 'x', type: { dtype: 'f32', shape: [1, 2] } }],
    [
      'w',
      {
        name: 'w',
        type: { dtype: 'f32', shape: [2] },
        isConstant: true,
        constant: { dtype: 'f32', shape: [2], data: Float32Array.of(weight, 2) },
      },
    ],
    ['y_Add', { name: 'y_Add', type: { dtype: 'f32', shape: [1, 2] } }],
  ]),
  ops: floatOps,
  properties: {},
})

describe('fingerprintOf', () => {
  it('is the same for the same graph, whatever its name', () => {
    expect(fingerprintOf(graph(1))).toBe(fingerprintOf(graph(1, 'other')))
    expect(fingerprintOf(graph(1))).toMatch(/^[0-9a-f]{16}$/)
  })
  it('is what it was in former versions: tables carry it', () => {
    const text =
      'x: f32[1,2,4,4]{min -1, max 1}; w: f32[2,2,1,1] = 0.5; c = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}; y = LeakyRelu(c) {alpha = 0.25}; q: i8[1,2,4,4]{scale 0.5, zero 0} = QuantizeLinear(y) {rounding = "down"}'
    expect(fingerprintOf(parseGraph(text))).toBe('50646923d82cdce5')
    // Numbers of any shape, an operand that is left out, a source type, slices, confined codes, roundings, numbers that JSON does not have.
    const more = `x: f32[1,2,4] as {"sourceDtype": "i64"}
      h: f32[1] = 0.5; k: f32[] = 3; w: i8[4]{scale 1, zero 0, axis 0, scales [1, 2, 1, 1], zeros [0, 3, 0, 0]} = 7
      m = Mul(x, h); a = Add(m, k); c = Clip(a) {min = -0, max = Infinity}
      f: f32[4] = DequantizeLinear(w)
      l = LayerNormalization(c, _, f) {axis = 2}
      q: i8[1,2,4]{scale 0.5, zero 1, expressed f16, saturate [-8, 7]} = QuantizeLinear(l) {rounding = "down"}
      b: bf16[1,2,4] = DequantizeLinear(q) {bf16 = "truncate"}`
    expect(fingerprintOf(parseGraph(more))).toBe('c7d54837929c6b1c')
  })
  it('changes with one bit of one weight', () => {
    expect(fingerprintOf(graph(1))).not.toBe(fingerprintOf(graph(1 + 2 ** -23)))
  })
})

describe('what a fingerprint tells apart', () => {
  const base = 'x: f32[1,2]; w: i8[2,2] = 3; q: i8[1,2]{scale 0.5, zero 1} = QuantizeLinear(x); y: f16[1,2] = DequantizeLinear(q)'
  const named = (text: string) => fingerprintOf(parseGraph(text))
  const differs = (from: string | RegExp, to: string) => {
    const changed = base.replace(from, to)
    expect(changed).not.toBe(base)
    expect(named(changed)).not.toBe(named(base))
  }
  it('a scale', () => differs('scale 0.5', 'scale 0.25'))
  it('a zero point', () => differs('zero 1', 'zero 2'))
  it('the float type codes stand for', () => differs('zero 1', 'zero 1, expressed bf16'))
  it('the axis, scales and zero points of slices', () => {
    const sliced = [
      'x: i8[2,2]{scale 1, zero 0, axis 0, scales [1, 2]}',
      'x: i8[2,2]{scale 1, zero 0, axis 1, scales [1, 2]}',
      'x: i8[2,2]{scale 1, zero 0, axis 0, scales [1, 3]}',
      'x: i8[2,2]{scale 1, zero 0, axis 0, scales [1, 2], zeros [0, 4]}',
      'x: i8[2,2]{scale 1, zero 0}',
    ]
    expect(new Set(sliced.map((text) => named(`${text}; y: f32[2,2] = DequantizeLinear(x)`))).size).toBe(sliced.length)
  })
  it('the codes a value is confined to', () => differs('zero 1', 'zero 1, saturate [-127, 127]'))
  it('a calibrated range', () =>
    expect(named('x: f32[1]{min 0, max 1}; y = Relu(x)')).not.toBe(named('x: f32[1]{min 0, max 2}; y = Relu(x)')))
  it('an attribute', () => differs('QuantizeLinear(x)', 'QuantizeLinear(x) {rounding = "down"}'))
  it('a result left unrounded', () => differs('DequantizeLinear(q)', 'DequantizeLinear(q) {unrounded = true}'))
  it('how bfloat16 numbers are made', () => differs('DequantizeLinear(q)', 'DequantizeLinear(q) {bf16 = "truncate"}'))
  it('infinities and zeros of either sign', () => {
    const limits = ['0', '-0', 'Infinity', '-Infinity', 'NaN'].map((max) => named(`x: f32[1]; y = Clip(x) {min = 0, max = ${max}}`))
    expect(new Set(limits).size).toBe(limits.length)
  })
  it('the element type of a source input', () => {
    expect(named('x: f32[1] as {"sourceDtype": "i64"}; y = Relu(x)')).not.toBe(named('x: f32[1]; y = Relu(x)'))
  })
  it('a constant that is stored otherwise than its type says', () => {
    const stored = (constant: Tensor) => {
      const one = graph(1)
      const values = new Map([...one.values, ['w', { ...one.values.get('w')!, constant }]])
      return fingerprintOf({ ...one, values })
    }
    const bytes = new Int32Array(Float32Array.of(1, 2).buffer)
    const ways = [
      stored({ dtype: 'f32', shape: [2], data: Float32Array.of(1, 2) }),
      stored({ dtype: 'i32', shape: [2], data: bytes }),
      stored({ dtype: 'f32', shape: [1, 2], data: Float32Array.of(1, 2) }),
      stored({ dtype: 'f32', shape: [2, 1], data: Float32Array.of(1, 2) }),
    ]
    expect(new Set(ways).size).toBe(ways.length)
    expect(ways[0]).toBe(fingerprintOf(graph(1)))
  })
  it('the operands and the results by their order', () => {
    expect(named('a: f32[1]; b: f32[1]; y = Sub(a, b)')).not.toBe(named('a: f32[1]; b: f32[1]; y = Sub(b, a)'))
    expect(named('a: f32[1]; b: f32[1]; y = Sub(a, b)')).not.toBe(named('b: f32[1]; a: f32[1]; y = Sub(a, b)'))
  })
  it('not the order in which values and attributes are listed', () => {
    const one = graph(1)
    expect(fingerprintOf({ ...one, values: new Map([...one.values].reverse()) })).toBe(fingerprintOf(one))
    expect(named('x: f32[1]; y = Clip(x) {min = 0, max = 6}')).toBe(named('x: f32[1]; y = Clip(x) {max = 6, min = 0}'))
  })
  it('not the names of constants, nor whether layers share one, nor constants that no node takes', () => {
    const text = 'x: f32[2]; w: f32[2] = [1, 2]; a = Mul(x, w); y = Add(a, w)'
    expect(named(text.replaceAll('w', 'weight'))).toBe(named(text))
    expect(named('x: f32[2]; v: f32[2] = [1, 2]; w: f32[2] = [1, 2]; a = Mul(x, v); y = Add(a, w)')).toBe(named(text))
    expect(named('x: f32[2]; idle: f32[1] = 7; w: f32[2] = [1, 2]; a = Mul(x, w); y = Add(a, w)')).toBe(named(text))
    expect(named('x: f32[2]; v: f32[2] = [2, 1]; w: f32[2] = [1, 2]; a = Mul(x, v); y = Add(a, w)')).not.toBe(named(text))
  })
  it('a constant by its type where its elements are not known, whatever its name; one with elements is one, whether or not it says so', () => {
    const unknown = 'x: f32[2]; w: f32[2] = constant; y = Mul(x, w)'
    expect(named(unknown.replaceAll('w', 'v'))).toBe(named(unknown))
    expect(named('x: f32[2]; w: f32[1] = constant; y = Mul(x, w)')).not.toBe(named(unknown))
    expect(named('x: f32[2]; w: f32[2]; y = Mul(x, w)')).not.toBe(named(unknown))
    const one = graph(1)
    const { isConstant: _, ...silent } = one.values.get('w')!
    expect(fingerprintOf({ ...one, values: new Map([...one.values, ['w', silent]]) })).toBe(fingerprintOf(one))
  })
  it('the shape of a single code, which says what its scales belong to', () => {
    const code = (shape: string) =>
      named(`w: i8[${shape}]{scale 1, zero 0} = 3; f: f32[1] = DequantizeLinear(w); x: f32[1,1]; y: f32[1,1] = Mul(x, f)`)
    expect(code('1,1')).not.toBe(code('1'))
  })
  it('the names of layers and of inputs', () => {
    const text = 'x: f32[2]; a = Relu(x); y = Exp(a)'
    for (const name of ['x', 'a', 'y']) expect(named(text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `${name}2`))).not.toBe(named(text))
  })
  it('not the shape of a single number, unless it decides the shape of the result', () => {
    const text = (shape: string) => `x: f32[2,3]; w: f32[${shape}] = 0.5; y = Mul(x, w)`
    expect(new Set(['', '1', '1,1'].map((shape) => named(text(shape)))).size).toBe(1)
    expect(named(text('1,1,1'))).not.toBe(named(text('1')))
  })
  it('not a source input that is said to be float32, as it is anyway', () => {
    expect(named('x: f32[1] as {"sourceDtype": "f32"}; y = Relu(x)')).toBe(named('x: f32[1]; y = Relu(x)'))
  })
  it('not a default that is written out', () => {
    const spelled = base.replace('QuantizeLinear(x)', 'QuantizeLinear(x) {rounding = "half-up", unrounded = false}')
    expect(named(spelled)).toBe(named(base))
  })
  it('not which of several spellings an attribute has', () => {
    const same: readonly (readonly [op: string, spellings: readonly string[], another: string])[] = [
      ['Softmax', ['', 'axis = -1', 'axis = 3'], 'axis = -2'],
      ['Relu', ['', 'reluLimit = -1', 'reluLimit = -2', 'reluLimit = 0'], 'reluLimit = 6'],
      [
        'MaxPool',
        ['', 'reluLimit = -2'].map((more) => `${more}${more && ', '}kernel_shape = [1, 1], strides = [1, 1], pads = [0, 0, 0, 0]`),
        'kernel_shape = [1, 1], strides = [2, 1], pads = [0, 0, 0, 0]',
      ],
      ['ReduceSum', ['axes = [1, 2]', 'axes = [-2, 1]', 'axes = [2, -3, 1]'], 'axes = [1, 3]'],
      ['Squeeze', ['axes = [0, 1]', 'axes = [1, -4]'], 'axes = [0]'],
      ['Unsqueeze', ['axes = [0, 5]', 'axes = [-1, 0]'], 'axes = [0, 1]'],
      ['CumSum', ['axis = 1', 'axis = -3'], 'axis = 2'],
      ['Reverse', ['axis = 1', 'axis = -3'], 'axis = 2'],
      ['ArgMax', ['', 'axis = 0', 'axis = -4'], 'axis = 1'],
      ['LayerNormalization', ['', 'axis = 3', 'axis = -1'], 'axis = 2'],
      ['TopK', ['k = 1', 'k = 1, axis = 3', 'k = 1, sorted = false'], 'k = 1, axis = 0'],
    ]
    for (const [op, spellings, another] of same) {
      const of = (attrs: string) => named(`x: f32[1,1,2,2]; y = ${op}(x) {${attrs}}`)
      expect(new Set(spellings.map(of)).size, op).toBe(1)
      expect(of(another), op).not.toBe(of(spellings[0]!))
    }
    expect(named('x: f32[1,2]; y = Concat(x, x) {axis = -1}')).toBe(named('x: f32[1,2]; y = Concat(x, x) {axis = 1}'))
    expect(named('x: f32[1,2]; y = Concat(x, x) {axis = -1}')).not.toBe(named('x: f32[1,2]; y = Concat(x, x) {axis = 0}'))
  })
  it('a default that an operator set changed, of an operator of its own or of one of this package', () => {
    const clip = (name: string, max: number) =>
      defineOp({ name, inputs: { x: one(own()) }, outputs: { y: own() }, attrs: { max: float(max) }, infer: ({ x }) => ({ y: like(x) }) })
    const elu = (alpha: number) =>
      defineOp({
        name: 'Elu',
        inputs: { x: one(own()) },
        outputs: { y: own() },
        attrs: { alpha: float(alpha) },
        infer: ({ x }) => ({ y: like(x) }),
      })
    const withOps = (text: string, op: OpDefinition) => fingerprintOf(parseGraph(text, opSet([...allOps.values(), op])))
    const mine = [
      withOps('x: f32[1]; y = acme.Clip(x)', clip('acme.Clip', 2)),
      withOps('x: f32[1]; y = acme.Clip(x)', clip('acme.Clip', 3)),
    ]
    expect(mine[0]).not.toBe(mine[1])
    expect(withOps('x: f32[1]; y = acme.Clip(x) {max = 2}', clip('acme.Clip', 3))).toBe(mine[0])
    const usual = named('x: f32[1]; y = Elu(x)')
    expect(withOps('x: f32[1]; y = Elu(x)', elu(1))).toBe(usual)
    expect(withOps('x: f32[1]; y = Elu(x)', elu(0.5))).toBe(named('x: f32[1]; y = Elu(x) {alpha = 0.5}'))
    expect(withOps('x: f32[1]; y = Elu(x) {alpha = 1}', elu(0.5))).toBe(usual)
  })
  it('not the layers a node comes from, nor properties', () => {
    expect(named(`graph net {stage = "quantized"}; ${base} from [a]`)).toBe(named(base))
  })
})

describe('digestOf', () => {
  const data = Int8Array.of(1, 2, 3)
  it('is the SHA-256 of the bytes', () => {
    expect(digestOf({ dtype: 'i8', shape: [3], data })).toBe('039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81')
  })
  it('hashes an array once', () => {
    const first = digestOf({ dtype: 'i8', shape: [3], data })
    data[0] = 9
    expect(digestOf({ dtype: 'i8', shape: [1, 3], data })).toBe(first)
    expect(digestOf({ dtype: 'i8', shape: [3], data: data.slice() })).not.toBe(first)
  })
})
