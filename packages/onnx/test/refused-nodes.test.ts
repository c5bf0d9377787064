import { allOps, isQError, opSet, parseGraph } from '@q/ir'
import { defineOp, like, one, own } from '@q/ir/ops'
import { describe, expect, it } from 'vitest'
import { exportOnnx } from '../src/index.ts'

const ones = (count: number) => `[${new Array<number>(count).fill(1).join(', ')}]`
const Wobble = defineOp({
  name: 'acme.Wobble',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: {},
  infer: ({ x }) => ({ y: like(x) }),
  scalar: () => (x) => x + Math.sin(x),
})

/** What `docs/commands.md` says that no ONNX file is written of, one node each. */
const refused: Readonly<Record<string, string>> = {
  'the magnitude of the smallest code': 'x: i8[4]{scale 1}; y: i8[4]{scale 1} = Abs(x)',
  'a border of a number that is no code': 'x: i8[4]{scale 1}; y: i8[6]{scale 1} = Pad(x) {pads = [1, 1], value = 0.5}',
  'a convolution of codes by computed weights':
    'x: i8[1,1,3,3]{scale 1}; w: i8[1,1,1,1]{scale 1}; y: i8[1,1,3,3]{scale 1} = QConv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}',
  'more than 65,000 products of 16-bit codes in one sum': `x: i16[1,67000,1,1]{scale 1}; w: i16[1,67000,1,1] = ${ones(67000).replaceAll('1', '127')}; y: i16[1,1,1,1]{scale 1} = QConv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}`,
  'products of 32-bit codes that leave 64 bits':
    'x: i32[2]{scale 1, zero 2000000000}; z: i32[2]{scale 1, zero 2000000000}; y: i8[2]{scale 1} = QMul(x, z) {multipliers = [3], shifts = [40]}',
  'averages whose sums leave float32': `x: i16[1,1,23,23]{scale 1}; y: i16[1,1,1,1]{scale 1} = QAveragePool(x) {kernel_shape = [23, 23], strides = [1, 1], pads = [0, 0, 0, 0]}`,
  'a pool with windows beside its operand':
    'x: f32[1,1,3,3]; y: f32[1,1,5,3] = MaxPool(x) {kernel_shape = [1, 1], strides = [1, 1], pads = [1, 0, 1, 0]}',
  'bfloat16 numbers that are cut off': 'x: f32[4]; y: bf16[4] = Cast(x) {to = "bf16", bf16 = "truncate"}',
  'bfloat16 numbers without infinities': 'x: f32[4]; y: bf16[4] = Cast(x) {to = "bf16", bf16 = "saturate"}',
  'an operator that ONNX does not have': 'x: f32[4]; y: f32[4] = acme.Wobble(x)',
}

describe('an ONNX file is refused by name', () => {
  it.each(Object.entries(refused))('for %s', (_, text) => {
    const graph = parseGraph(text, opSet([...allOps.values(), Wobble]))
    let error: unknown
    try {
      exportOnnx({ ...graph, outputs: ['y'] })
    } catch (thrown) {
      error = thrown
    }
    expect(isQError(error) ? [error.code, error.at] : error).toEqual(['ONNX_EXPORT', ['y']])
  })

  it('with advice that fits: a float node has no other mode', () => {
    const hintOf = (text: string) => {
      try {
        exportOnnx({ ...parseGraph(text, opSet([...allOps.values(), Wobble])), outputs: ['y'] })
      } catch (error) {
        return isQError(error) ? error.hint : error
      }
    }
    expect(hintOf('x: f32[4]; y: f32[4] = acme.Wobble(x)')).toMatch(/operators that ONNX has$/)
    expect(hintOf(refused['bfloat16 numbers that are cut off']!)).toMatch(/in another mode/)
  })

  it('for a computed operand whose slices have zero points of their own', () => {
    const graph = parseGraph('x: i8[2,2]{scale 1}; y: i8[2,2]{scale 1} = Requantize(x) {multipliers = [1], shifts = [1]}')
    const x = graph.values.get('x')!
    const quant = { ...x.type.quant!, axis: 0, scales: [1, 2], zeroPoints: [3, 4] }
    const values = new Map(graph.values).set('x', { ...x, type: { ...x.type, quant } })
    expect(() => exportOnnx({ ...graph, values, outputs: ['y'] })).toThrow(
      expect.objectContaining({ code: 'ONNX_EXPORT', found: 'Requantize' }),
    )
  })
})
