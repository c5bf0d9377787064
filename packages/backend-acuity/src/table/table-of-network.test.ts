import { graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { goldenRanges, rowsOf, small, typed } from '../../test/typed-network.ts'
import { printQuantizeTable } from '../files/quantize-table/print-quantize-table.ts'
import type { AcuityMode } from '../target.ts'
import { planOfCustomized, planOfTable, rowsOfTable } from './plan-of-table.ts'
import { tableOfNetwork } from './table-of-network.ts'

const f = Math.fround
const tableIn = (mode: AcuityMode, plan: Readonly<Record<string, string>> = {}, more = {}) => {
  const made = typed(small, mode, rowsOf(goldenRanges), new Map(Object.entries(plan)))
  return tableOfNetwork({ ...made, readAs: (lid, value) => made.reads.get(lid)?.get(value), ...more })
}

// Scales, zero points and points of what the chip's library computed (spec/acuity.md 4.2), and the formulas of 4.1.
describe('the table of a network', () => {
  it('has activations in the order of layers, then weights and biases', () => {
    expect([...tableIn('UINT8').entries.keys()]).toEqual([
      ...['attach_z/out0_0', 'z_1', 'r_2', 'p_3', 'y_4', 'y/sum_5', 'x_6'].map((lid) => `@${lid}:out0`),
      ...['@z_1:weight', '@z_1:bias', '@y/sum_5:weight', '@y/sum_5:bias'],
    ])
  })

  it.each([
    ['@x_6:out0', '0.00775122549', 129],
    ['@y_4:out0', '0.0235294122', 0],
    ['@y/sum_5:out0', '0.0235294122', 0],
    ['@z_1:out0', '0.0219019614', 131],
  ])('%s in asymmetric_affine', (key, scale, zeroPoint) => {
    const entry = tableIn('UINT8').entries.get(key)!
    expect([entry.qtype, entry.quantizer, entry.scale![0]!.toPrecision(9)]).toEqual(['u8', 'asymmetric_affine', scale])
    expect(entry.zeroPoint).toEqual([zeroPoint])
  })

  it.each([
    ['@x_6:out0', 7, 15],
    ['@y_4:out0', 4, 12],
    ['@z_1:out0', 5, 13],
    // A power of two is one code less.
    ['@y/sum_5:weight', 7, 15],
    ['@z_1:weight', 5, 13],
    ['@y/sum_5:bias', 14, 30],
    ['@z_1:bias', 9, 25],
  ])('%s in dynamic_fixed_point', (key, narrow, wide) => {
    expect([tableIn('DFP8').entries.get(key)!.fl, tableIn('DFP16').entries.get(key)!.fl]).toEqual([[narrow], [wide]])
  })

  it('a bias has the scales of input and weights multiplied, and 64 bits beside 16', () => {
    const { entries } = tableIn('UINT8')
    expect(entries.get('@y/sum_5:weight')).toMatchObject({ scale: [f(1.5 / 255)], zeroPoint: [170], min: -1, max: 0.5 })
    expect(entries.get('@y/sum_5:bias')).toMatchObject({ qtype: 'i32', scale: [f(f(1.9765625 / 255) * f(1.5 / 255))], zeroPoint: [0] })
    expect(tableIn('DFP16').entries.get('@z_1:bias')!.qtype).toBe('i64')
  })

  it('channels have scales of their own, activations beside them zero points', () => {
    const { entries } = tableIn('PCQ')
    expect(entries.get('@z_1:out0')).toMatchObject({ qtype: 'i8', quantizer: 'asymmetric_affine', zeroPoint: [131 - 128] })
    expect(entries.get('@y/sum_5:weight')).toMatchObject({ scale: [f(0.5 / 127), f(1 / 127)], channelDim: 0 })
    // Columns of a matrix are its channels.
    expect(entries.get('@z_1:weight')).toMatchObject({ scale: [f(1 / 127), f(2 / 127), f(3 / 127)], channelDim: -1 })
    expect(entries.get('@y/sum_5:bias')!.scale![1]).toBe(f(f(1.9765625 / 255) * f(1 / 127)))
  })

  it('symmetric codes have neither zero points nor ranges of their own', () => {
    const { entries } = tableIn('SYM8')
    expect(entries.get('@y_4:out0')).toMatchObject({ quantizer: 'symmetric_affine', scale: [f(6 / 127)], zeroPoint: [0] })
    expect(entries.get('@z_1:weight')).toMatchObject({ quantizer: 'symmetric_affine', scale: [f(3 / 127)], zeroPoint: [0] })
  })

  it('floats have ranges alone, those that are halves only where they are kept', () => {
    expect(tableIn('BF16').entries.get('@y_4:out0')).toEqual({ qtype: 'bfloat16', quantizer: 'bfloat16', rounding: 'rtne', min: 0, max: 6 })
    expect(tableIn('BF16').entries.has('@z_1:weight')).toBe(false)
    expect(tableIn('F16').entries.size).toBe(0)
    expect(tableIn('F16', {}, { keepsFloats: true }).entries.get('@y_4:out0')).toMatchObject({ qtype: 'float16', max: 6 })
  })

  it('a constant operand has the type of who reads it, by its own extent', () => {
    const net = graph`x: f32[1,2]; c: f32[1,2] = [1, 3]; y = Add(x, c); z = Sigmoid(y); return z`
    const constantIn = (mode: AcuityMode) => {
      const made = typed(net, mode, rowsOf({ x: { min: 0, max: 1 }, y: { min: 0, max: 4 }, z: { min: 0, max: 1 } }))
      return tableOfNetwork(made).entries.get('@c_4:out0')
    }
    expect(constantIn('UINT8')).toMatchObject({ qtype: 'u8', scale: [f(3 / 255)], zeroPoint: [0] })
    expect(constantIn('PCQ')).toMatchObject({ qtype: 'i8', quantizer: 'asymmetric_affine', scale: [f(3 / 255)], zeroPoint: [-128] })
    expect(constantIn('DFP16')).toMatchObject({ qtype: 'i16', fl: [13] })
    expect(constantIn('F16')).toBeUndefined()
  })
})

// A layer of another type keeps the range of its own (spec/acuity.md 4.1): its codes do not go to both sides of zero because those behind it do.
it('a pool in 16 bits leaves the layer before it its codes', () => {
  const [plain, hybrid] = [tableIn('PCQ').entries, tableIn('PCQ', { p: 'DFP16' }).entries]
  for (const key of ['@y_4:out0', '@x_6:out0']) expect(hybrid.get(key), key).toEqual(plain.get(key))
  expect(hybrid.get('@y_4:out0')).toMatchObject({ scale: [f(6 / 255)], zeroPoint: [-128] })
})

describe('a table read back', () => {
  it('gives ranges and modes of layers', () => {
    const { layers } = typed(small, 'UINT8', rowsOf(goldenRanges))
    const table = tableIn('UINT8', { z: 'DFP16' })
    expect(rowsOfTable(table, layers).get('y')).toEqual({ min: 0, max: 6, threshold: 6 })
    const softmax = new Map([['s', { min: -1, max: 0.5 }]])
    expect(rowsOfTable(table, layers, softmax).get('s')).toEqual({ min: -1, max: 0.5, threshold: 1 })
    expect(planOfTable(table, layers, 'UINT8')).toEqual(new Map([['z', 'DFP16']]))
    expect(printQuantizeTable(table)).toContain("'@z_1:bias':\n    qtype: i64\n")
  })
})

describe('a list of layers', () => {
  const { layers } = typed(small, 'UINT8', rowsOf(goldenRanges))
  const planOf = (list: Readonly<Record<string, string>>) =>
    planOfCustomized({ ...tableIn('UINT8'), customized: new Map(Object.entries(list)) }, layers, 'net.quantize')

  it('is a plan; a sum and its ReLU are one layer, inputs and outputs follow their neighbours', () => {
    const list = { y_4: 'dynamic_fixed_point-i16', 'y/sum_5': 'dynamic_fixed_point-i16', z_1: 'float32', x_6: 'bfloat16-bfloat16' }
    expect(planOf(list)).toEqual({
      plan: new Map([
        ['y', 'DFP16'],
        // float32 executes as half floats (spec/acuity.md 5.2).
        ['z', 'F16'],
      ]),
      following: new Map([['x_6', 'BF16']]),
    })
  })

  it.each([
    ['CUSTOMIZED_LAYER_UNKNOWN', { p_4: 'float16' }, 'p_4', 'p_3'],
    ['CUSTOMIZED_TYPE_UNKNOWN', { p_3: 'dynamic_fixed_point-i61' }, 'dynamic_fixed_point-i61', 'dynamic_fixed_point-i16'],
    ['CUSTOMIZED_TWICE', { y_4: 'float16', 'y/sum_5': 'bfloat16' }, 'bfloat16', 'list one of the two'],
  ] as const)('%s', (code, list, found, hint) => {
    expect(() => planOf(list)).toThrow(expect.objectContaining({ code, found, hint: expect.stringContaining(hint) }))
  })
})
