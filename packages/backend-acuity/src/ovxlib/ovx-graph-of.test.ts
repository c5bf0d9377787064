import { graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { goldenRanges, rowsOf, small, typed } from '../../test/typed-network.ts'
import type { AcuityMode } from '../target.ts'
import { dataFile } from './data-file.ts'
import { ovxGraphOf } from './ovx-graph-of.ts'

const f = Math.fround
const graphIn = (mode: AcuityMode, plan: Readonly<Record<string, string>> = {}) =>
  ovxGraphOf({ ...typed(small, mode, rowsOf(goldenRanges), new Map(Object.entries(plan))), graph: small })
const tensorIn = (mode: AcuityMode, name: string) => graphIn(mode).tensors.find((tensor) => tensor.name === name)!
const int32 = (bytes: Uint8Array) => [...new Int32Array(bytes.slice().buffer)]
const int16 = (bytes: Uint8Array) => [...new Int16Array(bytes.slice().buffer)]

describe('the graph that the library builds', () => {
  const { nodes, tensors, inputs, outputs } = graphIn('UINT8')

  it('has a node for each layer, in the order of computing', () => {
    expect(nodes.map(({ name, op }) => [name, op])).toEqual([
      ['y/sum_5', 'CONV2D'],
      ['y_4', 'RELUN'],
      ['p_3', 'POOL'],
      ['r_2', 'RESHAPE2'],
      ['z_1', 'FCL2'],
    ])
    expect([inputs, outputs].map((ends) => ends.map((end) => tensors[end]!.name))).toEqual([['x_6'], ['z_1']])
  })

  it('nodes read results, weights, then biases, which stand in front of the weights in the file', () => {
    const [sum] = nodes
    expect(sum!.inputs.map((place) => tensors[place]!.name)).toEqual(['x_6', 'y/sum_5:weight', 'y/sum_5:bias'])
    const { places, file } = dataFile(graphIn('UINT8'))
    // 2 biases of 4 bytes, 2 weights, 3 biases, 6 weights, one behind the other.
    expect([...places].map(([place, { offset, bytes }]) => [tensors[place]!.name, offset, bytes])).toEqual([
      ['y/sum_5:bias', 0, 8],
      ['y/sum_5:weight', 8, 2],
      ['z_1:bias', 10, 12],
      ['z_1:weight', 22, 6],
    ])
    expect(file).toHaveLength(28)
  })

  it('sizes begin with the innermost dimension', () => {
    expect(tensorIn('UINT8', 'y_4').size).toEqual([2, 2, 2, 1])
    // An output channel behind the other, as filters lie.
    expect(tensorIn('UINT8', 'z_1:weight').size).toEqual([2, 3])
  })

  it.each([
    ['UINT8', 'UINT8', { kind: 'AFFINE_ASYMMETRIC', scale: f(6 / 255), zeroPoint: 0 }],
    ['PCQ', 'INT8', { kind: 'AFFINE_ASYMMETRIC', scale: f(6 / 255), zeroPoint: -128 }],
    ['SYM8', 'INT8', { kind: 'AFFINE_SYMMETRIC', scale: f(6 / 127) }],
    ['DFP8', 'INT8', { kind: 'DFP', fl: 4 }],
    ['DFP16', 'INT16', { kind: 'DFP', fl: 12 }],
    ['BF16', 'BFLOAT16', { kind: 'NONE' }],
    ['F16', 'FLOAT16', { kind: 'NONE' }],
    ['F32', 'FLOAT32', { kind: 'NONE' }],
  ] as const)('%s: tensors of %s', (mode, type, quant) => expect(tensorIn(mode, 'y_4')).toMatchObject({ kind: 'virtual', type, quant }))
})

// Codes by the formulas of spec/acuity.md 4.1, computed by hand.
describe('coefficients', () => {
  it('have zero points in asymmetric_affine', () => {
    expect([...tensorIn('UINT8', 'y/sum_5:weight').bytes!]).toEqual([255, 0])
    // 1, -2, 3, 0.5, 0.25, -0.125 over 5 / 255, zero point 102, turned: columns are channels.
    expect([...tensorIn('UINT8', 'z_1:weight').bytes!]).toEqual([153, 128, 0, 115, 255, 96])
    const scale = (1.9765625 / 255) * (1.5 / 255)
    expect(int32(tensorIn('UINT8', 'y/sum_5:bias').bytes!)).toEqual([Math.round(0.25 / scale), Math.round(-3 / scale)])
  })

  it('have scales of their channels in perchannel_symmetric_affine', () => {
    const weight = tensorIn('PCQ', 'z_1:weight')
    expect(weight.quant).toEqual({ kind: 'AFFINE_PERCHANNEL_SYMMETRIC', scales: [f(1 / 127), f(2 / 127), f(3 / 127)], channelDim: 1 })
    expect([...new Int8Array(weight.bytes!)]).toEqual([127, 64, -127, 16, 127, -5])
    expect(tensorIn('PCQ', 'y/sum_5:weight').quant).toMatchObject({ channelDim: 3 })
    expect(tensorIn('PCQ', 'y/sum_5:bias').quant).toMatchObject({ kind: 'AFFINE_PERCHANNEL_SYMMETRIC', channelDim: 0 })
  })

  it('have fixed points, a power of two one code less, and 64 bits of bias', () => {
    expect(int16(tensorIn('DFP16', 'y/sum_5:weight').bytes!)).toEqual([1 << 14, -(1 << 15)])
    const bias = tensorIn('DFP16', 'z_1:bias')
    expect([bias.type, bias.quant]).toEqual(['INT64', { kind: 'DFP', fl: 25 }])
    expect([...new BigInt64Array(bias.bytes!.slice().buffer)]).toEqual([0n, 1n << 25n, -(1n << 25n)])
    expect([...new Int8Array(tensorIn('DFP8', 'y/sum_5:weight').bytes!)]).toEqual([64, -128])
  })

  it('are floats in float networks, biases of bfloat16 whole', () => {
    // 1 and -2 are 0x3c00 and 0xc000 in halves, 0x3f80 and 0xc000 in bfloat16.
    const first = (mode: AcuityMode) =>
      [...new Uint16Array(tensorIn(mode, 'z_1:weight').bytes!.slice().buffer)].filter((_, i) => i % 2 === 0)
    expect(first('F16').slice(0, 2)).toEqual([0x3c00, 0xc000])
    expect(first('BF16').slice(0, 2)).toEqual([0x3f80, 0xc000])
    expect([tensorIn('F16', 'z_1:bias').type, tensorIn('BF16', 'z_1:bias').type]).toEqual(['FLOAT16', 'FLOAT32'])
    expect([...new Float32Array(tensorIn('F32', 'z_1:bias').bytes!.slice().buffer)]).toEqual([0, 1, -1])
  })

  it('of a constant operand are codes of its extent, or floats', () => {
    const net = graph`x: f32[1,2]; c: f32[1,2] = [1, 3]; y = Add(x, c); z = Sigmoid(y); return z`
    const constantIn = (mode: AcuityMode) => {
      const rows = rowsOf({ x: { min: 0, max: 1 }, y: { min: 0, max: 4 }, z: { min: 0, max: 1 } })
      return ovxGraphOf({ ...typed(net, mode, rows), graph: net }).tensors.find(({ name }) => name === 'c_4')!
    }
    expect([...constantIn('UINT8').bytes!]).toEqual([85, 255])
    expect([...new Int8Array(constantIn('PCQ').bytes!)]).toEqual([85 - 128, 127])
    expect(constantIn('F16')).toMatchObject({ type: 'FLOAT16', size: [2, 1], bytes: Uint8Array.of(0, 0x3c, 0, 0x42) })
  })

  it('of a transposed convolution are halves, outputs before inputs', () => {
    const net = graph`
      x: f32[1,2,1,1]
      w: f32[2,3,1,2] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
      b: f32[3] = [1, 0, -1]
      y = ConvTranspose(x, w, b) {strides = [1, 2], pads = [0, 0, 0, 0]}
      return y
    `
    const { tensors } = ovxGraphOf({ ...typed(net, 'F32', new Map()), graph: net })
    const [bias, weight] = tensors.filter(({ kind }) => kind === 'constant')
    expect([bias!.name, bias!.size, weight!.name, weight!.size]).toEqual(['y_1:bias', [3], 'y_1:weight', [2, 1, 2, 3]])
    expect([...new Float32Array(weight!.bytes!.slice().buffer)]).toEqual([1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12])
    expect(
      ovxGraphOf({ ...typed(net, 'PCQ', rowsOf({ x: { min: -1, max: 1 }, y: { min: -9, max: 9 } })), graph: net }).tensors.at(-2),
    ).toMatchObject({
      name: 'y_1:weight',
      type: 'FLOAT16',
    })
  })

  it('of a layer normalization are floats whatever the mode', () => {
    const net = graph`
      x: f32[1,2,4]
      s: f32[4] = [1, 1, 2, 2]
      b: f32[4] = 0.5
      y = LayerNormalization(x, s, b) {axis = -1, epsilon = 1e-5}
      return y
    `
    const { tensors, nodes } = ovxGraphOf({
      ...typed(net, 'UINT8', rowsOf({ x: { min: -1, max: 1 }, y: { min: -2, max: 2 } })),
      graph: net,
    })
    expect(tensors.flatMap(({ name, type, kind }) => (kind === 'constant' ? [[name, type]] : []))).toEqual([
      ['y_1:bias', 'FLOAT32'],
      ['y_1:weight', 'FLOAT32'],
    ])
    expect(nodes.at(-1)!.params).toEqual({ 'VNN_LAYER_NORM.eps': 1e-5, 'VNN_LAYER_NORM.axis': 0 })
  })
})

it('a converter is a node, made when it is first read', () => {
  const { nodes, tensors } = graphIn('PCQ', { p: 'DFP16' })
  const told = nodes.map(({ op, inputs, outputs }) => [op, tensors[inputs[0]!]!.type, tensors[outputs[0]!]!.type])
  expect(told).toEqual([
    ['CONV2D', 'INT8', 'INT8'],
    ['RELUN', 'INT8', 'INT8'],
    ['DATACONVERT', 'INT8', 'INT16'],
    ['POOL', 'INT16', 'INT16'],
    ['RESHAPE2', 'INT16', 'INT16'],
    ['DATACONVERT', 'INT16', 'INT8'],
    ['FCL2', 'INT8', 'INT8'],
  ])
})
