import { describe, expect, it } from 'vitest'
import { graph } from './text/graph-tag.ts'
import { parseGraph } from './text/parse-graph.ts'
import type { Graph } from './types.ts'
import { quantizedDefects, verifyQuantized } from './verify-quantized.ts'

const codes = (broken: Graph) => quantizedDefects(broken).map(({ code, at }) => `${code} ${at.join(' ')}`)

const sound = graph`
  x: f32[1,4]
  w: i8[4,2] = 3
  q: i8[1,4]{scale 0.1, zero 0} = QuantizeLinear(x)
  r: i8[1,4]{scale 0.1, zero 0} = Reshape(q) {shape = [1, 4]}
  m: i8[1,2]{scale 0.5, zero 0} = QMatMul(r, w) {multipliers = [1], shifts = [3]}
  y: f32[1,2] = DequantizeLinear(m)
`

describe('verifyQuantized', () => {
  it('says nothing about a sound graph', () => expect(verifyQuantized(sound)).toBeUndefined())
  it('finds an integer operator that is given a float', () => {
    expect(codes(graph`x: f32[1,4]; w: i8[4,2] = 3; m: i8[1,2]{scale 0.5, zero 0} = QMatMul(x, w)`)).toEqual(['QUANT_OPERAND m'])
  })
  it('finds codes that are quantized again', () => {
    expect(codes(graph`x: i8[2]{scale 1, zero 0}; q: i8[2]{scale 0.1, zero 0} = QuantizeLinear(x)`)).toEqual(['QUANT_OPERAND q'])
  })
  it('finds a float that comes out of an integer operator', () => {
    expect(codes(graph`x: i8[2]{scale 1, zero 0}; q: f32[2] = Requantize(x)`)).toEqual(['QUANT_RESULT q'])
  })
  it('finds codes without a scale', () => {
    expect(codes(graph`x: i8[2]{scale 1, zero 0}; q: i8[2] = Requantize(x)`)).toEqual(['QUANT_RESULT q'])
  })
  it('finds two scales where an operator only moves codes', () => {
    expect(quantizedDefects(graph`x: i8[2,3]{scale 1, zero 0}; y: i8[3,2]{scale 2, zero 0} = Transpose(x) {perm = [1, 0]}`)).toMatchObject([
      { code: 'QUANT_SHARED', at: ['y'], found: 'scale 2, zero point 0', wanted: 'scale 1, zero point 0' },
    ])
  })
  it('finds an operand of a joint that has a scale of its own', () => {
    expect(
      codes(graph`
      a: i8[1]{scale 1, zero 0}; b: i8[1]{scale 1, zero 3}
      y: i8[2]{scale 1, zero 0} = Concat(a, b) {axis = 0}
    `),
    ).toEqual(['QUANT_SHARED y'])
  })
  it('finds defects of the structure first', () => {
    expect(codes({ ...sound, outputs: ['z'] })).toEqual(['GRAPH_OUTPUT z'])
  })
  it('finds 16-bit codes without a scale', () => {
    expect(codes(graph`x: i16[2]{scale 1, zero 0}; q: i16[2] = Requantize(x)`)).toEqual(['QUANT_RESULT q'])
  })
  it.each([
    ['a zero point beyond the element type', 'x: i8[2]{scale 1, zero 128}'],
    ['a zero point between two codes', 'x: i8[2]{scale 1, zero 0.5}'],
    ['a zero point beyond what codes saturate to', 'x: i8[2]{scale 1, zero 8, saturate [-8, 7]}'],
    ['a zero point of a slice', 'x: u8[2]{scale 1, zero 0, axis 0, scales [1, 1], zeros [0, -1]}'],
    ['saturation beyond the element type', 'x: i8[2]{scale 1, zero 0, saturate [0, 255]}'],
    ['saturation to nothing', 'x: i8[2]{scale 1, zero 0, saturate [1, 1]}'],
    ['a quantized float', 'x: f32[2]{scale 1, zero 0}'],
    ['a constant beyond four bits', 'x: i8[2]{scale 1, zero 0, saturate [-8, 7]} = [7, 8]'],
  ])('finds %s', (_, text) => {
    expect(codes(parseGraph(text))).toEqual(['QUANT_CODES x'])
  })
  it.each([
    ['16 bits', 'x: u16[2]{scale 1, zero 65535}'],
    ['four bits', 'x: i8[2]{scale 1, zero 7, saturate [-8, 7]} = [7, -8]'],
    ['slices', 'x: i8[3,2]{scale 1, zero 0, axis 1, scales [1, 2], zeros [-128, 127]}'],
  ])('takes %s', (_, text) => {
    expect(codes(parseGraph(text))).toEqual([])
  })
  it.each([
    'x: i8[3,2]{scale 1, zero 0, axis 0, scales [1, 2]}',
    'x: i8[2]{scale 1, zero 0, axis 1, scales [1, 2]}',
    'x: i8[2]{scale 1, zero 0, scales [1, 2]}',
    'x: i8[2]{scale 1, zero 0, axis 0, scales [1, 2], zeros [0]}',
  ])('finds slices without their scales: %s', (text) => {
    expect(codes(parseGraph(text))).toEqual(['QUANT_SLICES x'])
  })
  it.each([
    ['QConv', 'x: i8[1,3,2,2]{scale 1, zero 0}; w: i8[4,3,1,1] = 1', 'QConv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], LISTS}', 4],
    [
      'QConvTranspose',
      'x: i8[1,4,2,2]{scale 1, zero 0}; w: i8[4,3,1,1] = 1',
      'QConvTranspose(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], group = 2, LISTS}',
      6,
    ],
    ['QMatMul', 'x: i8[2,3]{scale 1, zero 0}; w: i8[3,4] = 1', 'QMatMul(x, w) {LISTS}', 4],
    ['QMatMul transposed', 'x: i8[2,3]{scale 1, zero 0}; w: i8[4,3] = 1', 'QMatMul(x, w) {transB = true, LISTS}', 4],
    ['QAdd', 'x: i8[2]{scale 1, zero 0}', 'QAdd(x, x, x) {LISTS}', 3],
    ['QMul', 'x: i8[2]{scale 1, zero 0}', 'QMul(x, x) {LISTS}', 1],
    ['QLeakyRelu', 'x: i8[2]{scale 1, zero 0}', 'QLeakyRelu(x) {LISTS}', 2],
    ['QAffine', 'x: i8[1,3]{scale 1, zero 0}; w: i8[3] = 1', 'QAffine(x, w, w) {LISTS}', 3],
    ['Requantize', 'x: i8[1,3]{scale 1, zero 0}', 'Requantize(x) {LISTS}', 3],
  ])('finds multipliers that are too few for the channels or operands of %s', (_, operands, node, count) => {
    const withLists = (n: number) => {
      const body = node.replace('LISTS', `multipliers = [${Array.from({ length: n }, () => 1).join(', ')}]`)
      const made = parseGraph(`${operands}; y = ${body}`)
      const y = made.values.get('y')!
      return {
        ...made,
        values: new Map([...made.values, ['y', { ...y, type: { ...y.type, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } } }]]),
      } as Graph
    }
    for (const n of [0, 1, count]) expect(codes(withLists(n)), String(n)).toEqual([])
    expect(codes(withLists(count + 1))).toEqual(['QUANT_LISTS y'])
  })
  it.each([
    ['i8', 255],
    ['i8', 65536],
    ['u16', 256],
  ])('finds a table that does not fit codes of %s: %i entries', (dtype, entries) => {
    const made = parseGraph(
      `x: i32[2]; t: i8[1]; q: ${dtype}[2]{scale 1, zero 0} = Requantize(x); y: i8[2]{scale 1, zero 0} = Requantize(q)`,
    )
    const lut = { ...made.nodes[1]!, op: 'Lut', inputs: ['q', 't'] }
    const table = { name: 't', type: { dtype: 'i8', shape: [entries] }, isConstant: true } as const
    expect(
      quantizedDefects({ ...made, inputs: [{ name: 'x' }], nodes: [made.nodes[0]!, lut], values: new Map([...made.values, ['t', table]]) }),
    ).toMatchObject([{ code: 'SHAPE_MISMATCH', at: ['y'] }])
  })
})
