import { describe, expect, it } from 'vitest'
import { graph } from './text/graph-tag.ts'
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
})
