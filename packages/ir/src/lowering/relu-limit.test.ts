import { describe, expect, it } from 'vitest'
import { asymmetric, lowerOne, symmetric } from '../../test/lower-one.ts'
import { copyCodes, lowerCopy } from './copy.ts'
import { asJoin, asProduct, asSum } from './element-wise.ts'
import { asConv, asMatMul } from './weighted.ts'

const relu6 = 'x: f32[2]; y = Relu(x) {reluLimit = 6}'
const fused = 'relu = true, reluLimit = 6'
const powers = { ...symmetric, activations: { ...symmetric.activations, sign: 'signed', scale: 'power-of-two' } } as const
const six = { min: 0, max: 6 }
const wide = { min: -127, max: 127 }
const saturation = (lowered: ReturnType<typeof lowerOne>, name = 'y') => lowered.value(name).type.quant!.saturate

describe('the limit of a ReLU on codes', () => {
  it('is the range where that ends at it, and then nothing is said', () => {
    const lowered = lowerOne(lowerCopy, relu6, { x: { min: -1, max: 9 }, y: six })
    expect(saturation(lowered)).toBeUndefined()
    expect(lowered.nodes[0]!.op).toBe('Relu')
  })
  it('is a code where the scale is a power of two: 6 is the code 96 of steps of 1/16, 127 would be 7.94', () => {
    const lowered = lowerOne(lowerCopy, relu6, { x: { min: -9, max: 9 }, y: six }, { scheme: powers })
    expect(saturation(lowered)).toEqual([-128, 96])
    expect(lowered.nodes[0]).toMatchObject({ op: 'Requantize', inputs: ['x'], attrs: { relu: true, multipliers: [1], shifts: [-1] } })
  })
  it('is a code where the result has the range of an operand, its zero point included', () => {
    expect(saturation(lowerOne(lowerCopy, relu6, { x: wide, y: wide }))).toEqual([-128, 6])
    const shifted = { min: -100, max: 155 }
    expect(saturation(lowerOne(lowerCopy, relu6, { x: shifted, y: shifted }, { scheme: asymmetric }))).toEqual([0, 106])
  })
  it('may fall together with zero, where a step is more than twice the limit', () => {
    const vast = { min: 0, max: 2550 }
    expect(saturation(lowerOne(lowerCopy, 'x: f32[2]; y = Relu(x) {reluLimit = 1}', { x: vast, y: vast }))).toEqual([0, 0])
  })
  it.each([
    ['sum', asSum('QAdd'), `y = Add(x, z) {${fused}}`],
    ['product', asProduct, `y = Mul(x, z) {${fused}}`],
    ['matrix product', asMatMul(), `w: f32[2,2] = [1, 2, 3, 4]; y = MatMul(x, w) {${fused}}`],
    ['convolution', asConv(), `w: f32[1,1,1,1] = [3]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], ${fused}}`],
    ['joint', asJoin, `y = Concat(x, z) {axis = 1, ${fused}}`],
    ['pool', lowerCopy, `y = MaxPool(x) {kernel_shape = [1, 1], strides = [1, 1], pads = [0, 0, 0, 0], ${fused}}`],
  ])('caps what is fused with it: a %s', (_, lower, text) => {
    const lowered = lowerOne(lower, `x: f32[1,1,2,2]; z: f32[1,1,2,2]; ${text}`, { x: wide, z: wide, y: wide })
    expect(saturation(lowered)).toEqual([-128, 6])
    for (const { op, attrs } of lowered.nodes) if (op === 'Concat' || op === 'MaxPool') expect(attrs).not.toHaveProperty('relu')
    for (const { outputs } of lowered.hoisted ?? []) expect(saturation(lowered, outputs[0])).toEqual([-128, 6])
  })
  it('is no cap without a ReLU, and where a chip trusts the range', () => {
    const sum = 'x: f32[2]; z: f32[2]; y = Add(x, z) {reluLimit = 6}'
    expect(saturation(lowerOne(asSum('QAdd'), sum, { x: wide, z: wide, y: wide }))).toBeUndefined()
    expect(saturation(lowerOne(copyCodes, relu6, { x: wide, y: wide }))).toBeUndefined()
  })
})
