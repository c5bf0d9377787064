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
  it('as many terms as there are columns, but along the rows, are no bias of the columns', () => {
    const text = 'x: f32[2,2]; w: f32[2,2] = [1, 2, 3, 4]; b: f32[2,1] = [1, 2]; y = MatMul(x, w, b)'
    expect(lowerOne(asMatMul(), text, { x: { min: -1, max: 1 }, y: { min: -9, max: 9 } }).value('y').type.dtype).toBe('f32')
  })
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
  it('a turned matrix has its rows for slices, leading dimensions of 1 change nothing, a batch shares the scales of its columns', () => {
    const scheme = { ...symmetric, weights: { ...symmetric.weights, granularity: 'per-axis' } } as const
    const wide = { x: { min: -127, max: 127 }, y: { min: -127, max: 127 } }
    const made = (text: string) => lowerOne(asMatMul(), text, wide, { scheme })
    const turned = made('x: f32[1,2]; w: f32[2,2] = [127, -1, 254, 2]; y = MatMul(x, w) {transB = true}')
    expect([turned.constant('y_weight'), turned.nodes[0]!.attrs['shifts']]).toEqual([
      [127, -1, 127, 1],
      [0, -1],
    ])
    const led = made('x: f32[1,1,2]; w: f32[1,2,2] = [127, 254, -1, 2]; y = MatMul(x, w)')
    expect([led.constant('y_weight'), led.nodes[0]!.attrs['shifts']]).toEqual([
      [127, 127, -1, 1],
      [0, -1],
    ])
    const batch = made('x: f32[2,1,2]; w: f32[2,2,2] = [127, 254, -1, 2, 3, 4, 5, 6]; y = MatMul(x, w)')
    expect([batch.constant('y_weight'), batch.nodes[0]!.attrs['shifts']]).toEqual([
      [127, 127, -1, 1, 3, 2, 5, 3],
      [0, -1],
    ])
    const turnedBatch = made('x: f32[2,1,2]; w: f32[2,2,2] = [127, 254, -1, 2, 3, 4, 5, 6]; y = MatMul(x, w) {transB = true}')
    expect(turnedBatch.nodes[0]!.attrs).toMatchObject({ transB: true, multipliers: [1], shifts: [-1] })
  })
  it('two computed operands meet by their ranges; a zero point on the left is taken off its codes', () => {
    const ranges = { x: { min: -127, max: 127 }, w: { min: -63.5, max: 63.5 }, y: { min: -254, max: 254 } }
    const text = 'x: f32[1,2]; w: f32[2,3]; b: f32[3] = [1, 2, 3]; y = MatMul(x, w, b)'
    const lowered = lowerOne(asMatMul(), text, ranges)
    expect(lowered.nodes[0]).toMatchObject({ op: 'QMatMul', inputs: ['x', 'w', 'y_bias'], attrs: { multipliers: [1], shifts: [2] } })
    expect(lowered.nodes[0]!.attrs).not.toHaveProperty('zeroPointInSum')
    expect(lowered.constant('y_bias')).toEqual([2, 4, 6])
    const shifted = lowerOne(
      asMatMul(),
      'x: f32[1,2]; w: f32[2,3]; y = MatMul(x, w)',
      { ...ranges, x: { min: -100, max: 155 } },
      { scheme: asymmetric },
    )
    expect(shifted.nodes[0]).toMatchObject({ inputs: ['x', 'w'], attrs: { zeroPointInSum: false } })
  })
  it('zero points of a batch, whose sums differ by matrix, are taken off the codes too', () => {
    const shifted = { x: { min: -100, max: 155 }, y: { min: -128, max: 127 } }
    const text = 'x: f32[2,1,2]; w: f32[2,2,1] = [127, 0, 1, 2]; y = MatMul(x, w)'
    const lowered = lowerOne(asMatMul(), text, shifted, { scheme: asymmetric })
    expect(lowered.nodes[0]).toMatchObject({ inputs: ['x', 'y_weight'], attrs: { zeroPointInSum: false } })
  })
  it.each([
    ['its first operand is a constant', asMatMul(), 'w: f32[2,3]; x: f32[1,2] = [1, 2]; y = MatMul(x, w)'],
    ['its bias is computed', asMatMul(), 'x: f32[1,2]; w: f32[2,1] = [1, 2]; b: f32[1]; y = MatMul(x, w, b)'],
    ['its weights are computed', asConv(), 'x: f32[1,1,1,2]; w: f32[1,1,1,2]; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}'],
  ])('what has no form on codes is computed in floats, and a warning says why: %s', (why, lower, text) => {
    const lowered = lowerOne(lower, text, ranges)
    expect(lowered.nodes[0]!.op).toMatch(/^(MatMul|Conv)$/)
    expect(lowered.diagnostics).toMatchObject([{ level: 'warning', code: 'COMPUTED_IN_FLOAT', at: ['y'] }])
    expect(lowered.diagnostics![0]!.message).toContain(why)
  })
})

describe('a bias that does not fit the unit of the sums', () => {
  const filters = (dead: number, more = '') =>
    `x: f32[1,1,1,1]; w: f32[2,1,1,1] = [1, ${dead}]; b: f32[2] = [0.1, 0.5]; y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}${more}`
  const near = { x: { min: -1, max: 1 }, y: { min: -2, max: 2 } }
  const perFilter = { ...symmetric, weights: { ...symmetric.weights, granularity: 'per-axis' } } as const
  it.each([1e-6, 1e-9, 1e-12])('gets a coarser scale for its filter of %s, and no other filter changes', (dead) => {
    const lowered = lowerOne(asConv(), filters(dead), near, { scheme: perFilter })
    const [first, second] = lowered.constant('y_bias') as [number, number]
    // 0.1 in steps of 1/127 times 1/127; 0.5 in codes of 24 bits.
    expect(first).toBe(1613)
    expect(second).toBe(2 ** 24)
    const { multipliers, shifts } = lowered.nodes[0]!.attrs as {
      readonly multipliers: readonly number[]
      readonly shifts: readonly number[]
    }
    expect((second * multipliers[1]!) / 2 ** shifts[1]!).toBeCloseTo((0.5 / 2) * 127, 1)
    expect(lowered.constant('y_weight')[0]).toBe(127)
  })
  it('leaves half of its codes to the sums where fewer would show in results', () => {
    const live = 'x: f32[1,1,1,1]; w: f32[1,1,1,1] = [1]; b: f32[1] = [1e6]; y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}'
    const made = (result: number) => lowerOne(asConv(), live, { x: { min: -1, max: 1 }, y: { min: 0, max: result } }).constant('y_bias')[0]!
    expect([made(1e6), made(100)]).toEqual([2 ** 24, 2 ** 30])
  })
  it('is refused where results would show what the weights lose: one scale for live filters too, or a fine result', () => {
    const crowded =
      'x: f32[1,1,1,1]; w: f32[2,1,1,1] = [1, -1]; b: f32[2] = [1e9, 0.5]; y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}'
    for (const scheme of [symmetric, perFilter])
      expect(() => lowerOne(asConv(), crowded, near, { scheme })).toThrow(expect.objectContaining({ code: 'BIAS_OUT_OF_RANGE' }))
  })
  it('a scale that is a power of two stays one', () => {
    const weights = { ...perFilter.weights, scale: 'power-of-two' } as const
    const lowered = lowerOne(asConv(), filters(1e-9), near, { scheme: { ...perFilter, weights } })
    expect(lowered.constant('y_bias')[1]).toBeLessThanOrEqual(2 ** 24)
    // The unit of the sums is that power times 1/127.
    expect(Math.log2(0.5 / (lowered.constant('y_bias')[1]! / 127)) % 1).toBeCloseTo(0, 6)
  })
})
