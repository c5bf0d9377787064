import { describe, expect, it } from 'vitest'
import { asymmetric, lowerOne, symmetric } from '../../test/lower-one.ts'
import { asConv, asMatMul } from './weighted.ts'

const convolution = (operands: string, constants = 'w: f32[2,1,1,2] = [127, -1, 0, 254]; b: f32[2] = [10, -20]') =>
  `x: f32[1,1,1,2]; ${constants}; y = Conv(${operands}) {strides = [1, 1], pads = [0, 0, 0, 0], relu = true}`
const ranges = { x: { min: -127, max: 127 }, y: { min: -254, max: 254 } }

describe('convolution by the scheme', () => {
  it('one scale for the weights, the bias in the unit of the sums, one factor', () => {
    const lowered = lowerOne(asConv(), convolution('x, w, b'), ranges)
    // Weight scale 2, operand scale 1, result scale 2: sums count 2 each, the factor is 1.
    expect(lowered.nodes[0]).toMatchObject({ op: 'QConv', inputs: ['x', 'y_weight', 'y_bias'], outputs: ['y'] })
    expect(lowered.nodes[0]!.attrs).toMatchObject({ relu: true, multipliers: [1], shifts: [0], strides: [1, 1] })
    expect(lowered.constant('y_weight')).toEqual([64, -1, 0, 127])
    expect(lowered.constant('y_bias')).toEqual([5, -10])
    expect(lowered.value('y_bias').type).toEqual({ dtype: 'i32', shape: [2] })
  })
  it('a scale, a factor and a bias unit for each filter', () => {
    const scheme = { ...symmetric, bias: 'i64', weights: { ...symmetric.weights, granularity: 'per-axis' } } as const
    const lowered = lowerOne(asConv({ nameOf: (layer, part) => `${part} of ${layer}` }), convolution('x, w, b'), ranges, { scheme })
    expect(lowered.nodes[0]!.attrs).toMatchObject({ multipliers: [1, 1], shifts: [1, 0] })
    expect(lowered.constant('weight of y')).toEqual([127, -1, 0, 127])
    expect(lowered.constant('bias of y')).toEqual([10, -10])
    expect(lowered.value('bias of y').type.dtype).toBe('i64')
  })
  it('the zero point of the operand is made up for in the bias, also where there was none', () => {
    // x from 0 to 255 less 100: scale 1, zero point 100. Sums of codes are too large by 100 times the filter: 126 and 127.
    const shifted = { x: { min: -100, max: 155 }, y: { min: -128, max: 127 } }
    const lowered = lowerOne(asConv(), convolution('x, w', 'w: f32[2,1,1,2] = [127, -1, 0, 127]'), shifted, { scheme: asymmetric })
    expect(lowered.constant('y_bias')).toEqual([-12600, -12700])
    expect(lowerOne(asConv(), convolution('x, w'), ranges).nodes[0]!.inputs).toEqual(['x', 'y_weight'])
  })
  it('computed weights or a computed bias have no form on codes', () => {
    const text = 'x: f32[1,1,1,2]; w: f32[1,1,1,2]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}'
    expect(lowerOne(asConv(), text, ranges).value('y').type.dtype).toBe('f32')
    const computed = 'x: f32[1,1,1,2]; w: f32[1,1,1,2] = [1, 2]; b: f32[1]; y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}'
    const otherwise = () => ({ nodes: [], values: [{ name: 'mine', type: { dtype: 'f32', shape: [] } }] }) as const
    expect(lowerOne(asConv({ otherwise }), computed, ranges).values[0]!.name).toBe('mine')
  })
  it('in half floats keeps the bias in float32', () => {
    expect(lowerOne(asConv(), convolution('x, w, b'), {}, { mode: 'F16' }).nodes[0]!.inputs).toEqual(['x', 'w_f16', 'b'])
  })
})

describe('matrix product by the scheme', () => {
  const product = (more = '') => `x: f32[1,2]; w: f32[2,3] = [127, 0, 1, -1, 64, 3]; b: f32[3] = [1, 2, 3]; y = MatMul(x, w, b)${more}`
  it('a scale, a factor and a bias unit for each column', () => {
    const wide = { x: { min: -127, max: 127 }, y: { min: -127, max: 127 } }
    const scheme = { ...symmetric, weights: { ...symmetric.weights, granularity: 'per-axis' } } as const
    const text = 'x: f32[1,2]; w: f32[2,3] = [127, 0, 254, -1, 63.5, 2]; b: f32[3] = [1, 2, 4]; y = MatMul(x, w, b)'
    const lowered = lowerOne(asMatMul(), text, wide, { scheme })
    expect(lowered.constant('y_weight')).toEqual([127, 0, 127, -1, 127, 1])
    expect(lowered.constant('y_bias')).toEqual([1, 4, 2])
    expect(lowered.nodes[0]!.attrs).toMatchObject({ multipliers: [1, 1, 1], shifts: [0, 1, -1] })
    expect(lowerOne(asMatMul({ granularity: 'per-tensor' }), text, wide, { scheme }).constant('y_weight')).toEqual([64, 0, 127, -1, 32, 1])
  })
  it('zero points of columns stand in the type of the matrix', () => {
    const scheme = { ...symmetric, weights: { bits: 8, sign: 'unsigned', zeroPoint: 'by-range', granularity: 'per-axis' } } as const
    const wide = { x: { min: -127, max: 127 }, y: { min: -127, max: 127 } }
    const text = 'x: f32[1,2]; w: f32[2,2] = [0, -155, 255, 100]; y = MatMul(x, w)'
    expect(lowerOne(asMatMul(), text, wide, { scheme }).value('y_weight').type.quant).toMatchObject({
      axis: 1,
      scales: [1, 1],
      zeroPoints: [0, 155],
    })
  })
  it('one scale for the matrix, the zero point made up for column by column', () => {
    const shifted = { x: { min: -100, max: 155 }, y: { min: -128, max: 127 } }
    const lowered = lowerOne(asMatMul({ granularity: 'per-tensor' }), product(), shifted, { scheme: asymmetric })
    expect(lowered.nodes[0]).toMatchObject({
      op: 'QMatMul',
      inputs: ['x', 'y_weight', 'y_bias'],
      attrs: { multipliers: [1], shifts: [0], keepdims: true },
    })
    expect(lowered.constant('y_bias')).toEqual([1 - 12600, 2 - 6400, 3 - 400])
  })
  it('one number stands for the bias of every column', () => {
    const text = 'x: f32[1,2]; w: f32[2,2] = [127, 0, 1, -1]; b: f32[1] = [3]; y = MatMul(x, w, b)'
    expect(lowerOne(asMatMul(), text, { x: { min: -127, max: 127 }, y: { min: -127, max: 127 } }).constant('y_bias')).toEqual([3, 3])
  })
  it('a turned or computed matrix has no form on codes', () => {
    const turned = 'x: f32[1,2]; w: f32[3,2] = [1, 2, 3, 4, 5, 6]; y = MatMul(x, w) {transB = true}'
    expect(lowerOne(asMatMul(), turned, ranges).nodes[0]!.op).toBe('MatMul')
    expect(lowerOne(asMatMul(), 'x: f32[1,2]; w: f32[2,3]; y = MatMul(x, w)', ranges).nodes[0]!.op).toBe('MatMul')
    expect(lowerOne(asMatMul(), 'w: f32[2,3]; x: f32[1,2] = [1, 2]; y = MatMul(x, w)', ranges).nodes[0]!.op).toBe('MatMul')
  })
})
