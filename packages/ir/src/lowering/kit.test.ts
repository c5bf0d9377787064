import { describe, expect, it } from 'vitest'
import { asymmetric, lowerOne, symmetric } from '../../test/lower-one.ts'
import { Softsign } from '../ops/float/unary.ts'
import { activationOps, asTable, tableFunction } from './activation.ts'
import { byMode, onCodes } from './by-mode.ts'
import { mirroredComparison, truthType } from './compare.ts'
import { copyCodes, lowerCopy } from './copy.ts'
import { asJoin, asProduct, asSum } from './element-wise.ts'
import { asFloat, lowerFloat } from './float.ts'
import { floatTypeOf } from './float-type.ts'
import { lookupTable } from './lookup-table.ts'
import { tensorAndNumber } from './number-operand.ts'
import { lowerArg, lowerCast, lowerTopK } from './places.ts'
import { lowerJoin } from './same-scale.ts'
import { swapChannels } from './swap-channels.ts'

const one = { min: -1.27, max: 1.27 }

describe('modes', () => {
  const named = (name: string) => () => ({ nodes: [], values: [{ name, type: { dtype: 'f32', shape: [] } }] }) as const
  const chosen = (lower: Parameters<typeof lowerOne>[0], mode: string) =>
    lowerOne(lower, 'x: f32[1]; y = Relu(x)', {}, { mode }).values[0]!.name
  it('a lowering has forms by mode, and another for all others', () => {
    expect(['INT8', 'F16'].map((mode) => chosen(byMode({ INT8: named('int8') }, named('rest')), mode))).toEqual(['int8', 'rest'])
  })
  it('or one for codes and one for floats, whatever the modes are called', () => {
    expect(['INT8', 'BF16'].map((mode) => chosen(onCodes(named('codes'), named('floats')), mode))).toEqual(['codes', 'floats'])
  })
  it('without another form floats are computed as they are', () => {
    expect(lowerOne(onCodes(named('codes')), 'x: f32[1]; y = Relu(x)', {}, { mode: 'F16' }).value('y').type.dtype).toBe('f16')
  })
  it('a mode that computes on codes has no float type', () => {
    const ask = () => lowerOne((_, context) => ({ nodes: [], values: [], type: floatTypeOf(context) }), 'x: f32[1]; y = Relu(x)')
    expect(ask).toThrow(expect.objectContaining({ code: 'MODE_UNSUPPORTED', wanted: 'F32, F16, BF16' }))
  })
})

describe('floats', () => {
  const text = 'x: f32[1,1,1,2]; w: f32[1,1,1,2] = [1, 0.1]; b: f32[1] = [0.1]; y = Conv(x, w, b) {strides = [1, 1], pads = [0, 0, 0, 0]}'
  it('constants are rounded once, but for those that are kept', () => {
    const lowered = lowerOne(asFloat({ keep: [2] }), text, {}, { mode: 'F16' })
    expect(lowered.nodes[0]!.inputs).toEqual(['x', 'w_f16', 'b'])
    // Half floats of 1 and of 0.1: 0x3c00 and 0x2e66.
    expect(lowered.constant('w_f16')).toEqual([0x3c00, 0x2e66])
    expect(lowered.value('y').type.dtype).toBe('f16')
  })
  it('bfloat16 constants are the upper halves, ties to even', () => {
    expect(lowerOne(asFloat(), text, {}, { mode: 'BF16' }).constant('w_bf16')).toEqual([0x3f80, 0x3dcd])
  })
  it('in float32 they are themselves', () => {
    expect(lowerOne(asFloat(), text, {}, { mode: 'F32' }).nodes[0]!.inputs).toEqual(['x', 'w', 'b'])
  })
  it('a constant that others use too is named after its user; a number stays as it is', () => {
    const shared = 'x: f32[2]; c: f32[2] = [1, 2]; y = Add(x, c); z = Add(y, c)'
    expect(lowerOne(asFloat(), shared, {}, { mode: 'F16' }).nodes[0]!.inputs).toEqual(['x', 'yc_f16'])
    expect(lowerOne(asFloat(), 'x: f32[2]; c: f32[1] = [2]; y = Mul(x, c)', {}, { mode: 'F16' }).nodes[0]!.inputs).toEqual(['x', 'c'])
    const naming = asFloat({ naming: (constant, dtype, owner) => `${dtype}.${constant}.${owner ?? ''}` })
    expect(lowerOne(naming, shared, {}, { mode: 'F16' }).nodes[0]!.inputs).toEqual(['x', 'f16.c.y'])
  })
  it('a result may keep its digits, which means nothing in float32', () => {
    const keeping = asFloat({ unrounded: true })
    expect(lowerOne(keeping, 'x: f32[2]; y = Relu(x)', {}, { mode: 'F16' }).nodes[0]!.attrs).toMatchObject({ unrounded: true })
    expect(lowerOne(keeping, 'x: f32[2]; y = Relu(x)', {}, { mode: 'F32' }).nodes[0]!.attrs).not.toHaveProperty('unrounded')
  })
})

describe('tables', () => {
  const i8 = (scale: number, zeroPoint = 0) => ({ dtype: 'i8', shape: [1], quant: { scale, zeroPoint, expressed: 'f32' } }) as const
  const u8 = (scale: number, zeroPoint = 0) => ({ ...i8(scale, zeroPoint), dtype: 'u8' }) as const
  it('hold the code of the function at every code; negative codes stand in the second half', () => {
    const { constant } = lookupTable('t', i8(0.5), i8(1), (x) => x)
    const entries = constant!.data as Int8Array
    expect([entries[0], entries[3], entries[4], entries[256 - 3], entries[256 - 128]]).toEqual([0, 2, 2, -2, -64])
    expect(constant!.shape).toEqual([256])
  })
  it('zero points count on both sides, and rounding is a choice', () => {
    const entries = lookupTable('t', u8(1, 100), u8(2, 50), (x) => x, { rounding: 'half-to-even', shape: [1, 256] }).constant!
    // Codes 99, 100, 101, 103 are -1, 0, 1, 3: halves of a step of the result, to even, plus 50.
    expect([99, 100, 101, 103, 0, 255].map((i) => entries.data[i])).toEqual([50, 50, 50, 52, 0, 128])
    expect(entries.shape).toEqual([1, 256])
  })
  it('what is infinite or undefined is the smallest code', () => {
    const entries = lookupTable('t', i8(1), i8(1), Math.log).constant!.data
    expect([entries[0], entries[255], entries[1]]).toEqual([-128, -128, 0])
  })
  it('sixteen-bit codes have 65,536 entries, negative ones from 32,768 on', () => {
    const wide = (scale: number) => ({ dtype: 'i16', shape: [1], quant: { scale, zeroPoint: 0, expressed: 'f32' } }) as const
    const entries = lookupTable('t', wide(1), wide(2), (x) => x).constant!.data
    expect([entries.length, entries[32767], entries[65535], entries[32768]]).toEqual([65536, 16384, -1, -16384])
  })
  it('activations are looked up on codes and computed in floats', () => {
    const lowered = lowerOne(asTable(), 'x: f32[2]; y = Softsign(x)', { x: one, y: one })
    expect(lowered.nodes[0]).toMatchObject({ op: 'Lut', inputs: ['x', 'y_table'], outputs: ['y'] })
    // The code 100 is the number 1, of which Softsign is 1/2: the code 50.
    expect(lowered.constant('y_table')[100]).toBe(50)
    expect(lowerOne(asTable(), 'x: f32[2]; y = Softsign(x)', {}, { mode: 'F32' }).nodes[0]!.op).toBe('Softsign')
  })
  it("a chip's own function comes before the operator's", () => {
    const own = { Softsign: () => () => 0.01 }
    expect(lowerOne(asTable(own, { name: 't' }), 'x: f32[2]; y = Softsign(x)', { x: one, y: one }).constant('t')[5]).toBe(1)
    expect(tableFunction('Softsign', {})(3)).toBe(Softsign.scalar!({} as never)(3))
  })
  it('no table of what is no function of one number', () => {
    expect(() => tableFunction('Softmax', {})).toThrow(expect.objectContaining({ code: 'OP_UNSUPPORTED', found: 'Softmax' }))
    expect(() => tableFunction('acme.Own', {})).toThrow(expect.objectContaining({ code: 'OP_UNSUPPORTED' }))
    expect(activationOps).toContain('Tanh')
    expect(activationOps).not.toContain('Relu')
  })
})

describe('copies', () => {
  it('have codes by their own ranges; the limit of a ReLU is the range', () => {
    const lowered = lowerOne(lowerCopy, 'x: f32[2]; y = Relu(x) {reluLimit = 6}', { x: one, y: { min: 0, max: 6 } })
    expect(lowered.nodes[0]!.attrs).toEqual({ reluLimit: -1 })
    expect(lowered.value('y').type).toMatchObject({ dtype: 'u8', quant: { scale: 6 / 255 } })
  })
  it('other attributes stay', () => {
    expect(lowerOne(copyCodes, 'x: f32[1,2]; y = Reshape(x) {shape = [2]}', { x: one, y: one }).nodes[0]!.attrs).toEqual({ shape: [2] })
  })
})

describe('element by element', () => {
  it('a sum has a factor for each operand, constants their own scale', () => {
    const text = 'x: f32[2]; c: f32[2] = [2.54, -1]; y = Add(x, c)'
    const lowered = lowerOne(asSum('QAdd'), text, { x: { min: -2.54, max: 2.54 }, y: { min: -5.08, max: 5.08 } })
    // Scales 0.02 and 0.02 to 0.04: both factors are 1/2.
    expect(lowered.nodes[0]).toMatchObject({
      op: 'QAdd',
      inputs: ['x', 'c_i8'],
      attrs: { multipliers: [1, 1], shifts: [1, 1], rounding: 'half-up' },
    })
    expect(lowered.constant('c_i8')).toEqual([127, -50])
  })
  it('constants without negative numbers are unsigned, shared ones named after their user', () => {
    const text = 'x: f32[2]; c: f32[2] = [0, 0]; y = Sub(x, c); z = Add(y, c)'
    const lowered = lowerOne(asSum('QSub'), text, { x: one, y: one })
    expect(lowered.nodes[0]).toMatchObject({ op: 'QSub', inputs: ['x', 'yc_u8'] })
    expect(lowered.constant('yc_u8')).toEqual([0, 0])
  })
  it('a product has one factor', () => {
    const lowered = lowerOne(asProduct, 'x: f32[2]; z: f32[2]; y = Mul(x, z)', {
      x: { min: -127, max: 127 },
      z: { min: -63.5, max: 63.5 },
      y: { min: -254, max: 254 },
    })
    // 1 times 1/2 to steps of 2: a quarter.
    expect(lowered.nodes[0]).toMatchObject({ op: 'QMul', attrs: { multipliers: [1], shifts: [2] } })
  })
  it('joined operands of another scale are rescaled behind their maker, each once', () => {
    const ranges = { x: { min: -127, max: 127 }, z: { min: -254, max: 254 }, y: { min: -254, max: 254 } }
    const lowered = lowerOne(asJoin, 'x: f32[1,1]; z: f32[1,1]; y = Concat(x, z, x) {axis = 1}', ranges)
    expect(lowered.nodes[0]!.inputs).toEqual(['x_to_y', 'z', 'x_to_y'])
    expect(lowered.hoisted).toMatchObject([{ op: 'Requantize', inputs: ['x'], attrs: { multipliers: [1], shifts: [1] } }])
  })
  it('a zero point alone makes a difference, and names and factors are parameters', () => {
    const ranges = { x: { min: 0, max: 2.55 }, z: { min: -1, max: 1.55 }, y: { min: -1, max: 1.55 } }
    const lowered = lowerOne(
      (node, context) => lowerJoin(node, context, { factorOf: () => ({ multiplier: 7, shift: 3 }), nameOf: (operand) => `${operand}!` }),
      'x: f32[1,1]; z: f32[1,1]; y = Concat(x, z) {axis = 1}',
      ranges,
      { scheme: asymmetric },
    )
    expect(lowered.nodes[0]!.inputs).toEqual(['x!', 'z'])
    expect(lowered.hoisted![0]!.attrs).toMatchObject({ multipliers: [7], shifts: [3] })
  })
})

describe('copies on codes', () => {
  const apart = { x: { min: -127, max: 127 }, y: { min: -254, max: 254 } }
  it('bring the operand to the scale of the result first, and leave one of the same scale alone', () => {
    const pool = 'x: f32[1,1,2,2]; y = MaxPool(x) {kernel_shape = [2, 2], strides = [1, 1], pads = [0, 0, 0, 0]}'
    const lowered = lowerOne(lowerCopy, pool, apart)
    expect(lowered.hoisted).toMatchObject([
      { op: 'Requantize', inputs: ['x'], outputs: ['x_to_y'], attrs: { multipliers: [1], shifts: [1] } },
    ])
    expect(lowered.nodes[0]!.inputs).toEqual(['x_to_y'])
    expect(lowered.value('x_to_y').type).toMatchObject({ shape: [1, 1, 2, 2], quant: lowered.value('y').type.quant })
    expect(lowerOne(lowerCopy, pool, { x: apart.x, y: apart.x }).nodes[0]!.inputs).toEqual(['x'])
  })
  it('limit a fused ReLU by the way', () => {
    const text = 'x: f32[1,1,2,2]; y = MaxPool(x) {kernel_shape = [2, 2], strides = [1, 1], pads = [0, 0, 0, 0], relu = true}'
    const lowered = lowerOne(lowerCopy, text, { x: { min: -1, max: 1 }, y: { min: -1, max: 1 } })
    expect(lowered.hoisted![0]!.attrs['relu']).toBe(true)
    expect(lowered.nodes[0]!.attrs['relu']).toBeUndefined()
  })
  it('take a border and constants as codes of the result, and leave indices alone', () => {
    const range = { min: 0, max: 255 }
    const shifted = { x: { min: -100, max: 155 }, y: { min: -100, max: 155 } }
    const pad = lowerOne(lowerCopy, 'x: f32[2]; y = Pad(x) {pads = [0, 1], value = 7}', shifted, { scheme: asymmetric })
    expect(pad.nodes[0]!.attrs['value']).toBe(107)
    const larger = lowerOne(lowerCopy, 'x: f32[2]; c: f32[2] = [3, 300]; y = Max(x, c)', { x: range, y: range })
    expect(larger.nodes[0]!.inputs).toEqual(['x', 'c_to_y'])
    expect(larger.constant('c_to_y')).toEqual([3, 255])
    const picked = lowerOne(lowerCopy, 'x: f32[2]; i: f32[1] = [1]; y = Gather(x, i) {axis = 0}', apart)
    expect(picked.nodes[0]!.inputs).toEqual(['x_to_y', 'i'])
  })
  it('are no form for an operator that computes', () => {
    expect(() => lowerOne(lowerCopy, 'x: f32[2]; y = Abs(x)', apart)).toThrow(
      expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['y'] }),
    )
  })
})

describe('requantization', () => {
  it('says how it is encoded when that is not by multiplier and shift', () => {
    const scheme = { ...symmetric, multipliers: { ...symmetric.multipliers, product: { kind: 'quantized-multiplier' } } } as const
    const { attrs } = lowerOne(
      asProduct,
      'x: f32[2]; y = Mul(x, x)',
      { x: { min: -127, max: 127 }, y: { min: -254, max: 254 } },
      { scheme },
    ).nodes[0]!
    // 1/2 is 2^30 over 2^31, and no shift.
    expect(attrs).toMatchObject({ requantize: 'quantized-multiplier', multipliers: [2 ** 30], shifts: [0] })
  })
})

describe('numbers, comparisons, places', () => {
  it('tensor and number are told apart', () => {
    const asked: unknown[] = []
    const ask = (text: string) =>
      lowerOne(
        (node, context) => {
          asked.push(tensorAndNumber(node, context))
          return lowerFloat(node, context)
        },
        text,
        {},
        { mode: 'F32' },
      )
    ask('x: f32[2]; c: f32[1] = [3]; y = Sub(c, x)')
    ask('x: f32[2]; c: f32[1] = [3]; y = Sub(x, c)')
    expect(asked).toEqual([
      { x: 'x', number: 3, numberFirst: true },
      { x: 'x', number: 3, numberFirst: false },
    ])
    expect(() => ask('x: f32[2]; z: f32[2]; y = Sub(x, z)')).toThrow('Sub y has no constant operand of one element')
  })
  it('comparisons have mirror images, logic has none', () => {
    expect(['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And'].map(mirroredComparison)).toEqual([
      'Equal',
      'NotEqual',
      'Less',
      'LessOrEqual',
      'Greater',
      'GreaterOrEqual',
      undefined,
    ])
  })
  it('truth values are the codes 0 and 1', () => {
    const lowered = lowerOne(
      (node, context) => ({ nodes: [node], values: [{ name: 'y', type: truthType('y', context) }] }),
      'x: f32[2]; y = Not(x)',
    )
    expect(lowered.value('y').type).toEqual({ dtype: 'u8', shape: [2], quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } })
  })
  it('places are int32, the numbers they were found among float32', () => {
    const arg = lowerOne(lowerArg, 'x: f32[1,3]; y = ArgMax(x) {axis = 1}')
    expect([arg.value('y').type.dtype, arg.operands!.get('x')]).toEqual(['i32', 'f32'])
    const top = lowerOne(lowerTopK, 'x: f32[1,3]; y, p = TopK(x) {axis = 1, k = 2}')
    expect([top.value('y').type.dtype, top.value('p').type.dtype, top.operands!.get('x')]).toEqual(['f32', 'i32', 'f32'])
  })
  it('a cast of the model takes anything to floats, and floats to integers', () => {
    const cast = (to: string) => lowerOne(lowerCast, `x: f32[2]; y = Cast(x) {to = "${to}"}`)
    expect([cast('f32').value('y').type.dtype, cast('f32').operands!.get('x')]).toEqual(['f32', 'any'])
    expect([cast('i32').value('y').type.dtype, cast('i32').operands!.get('x')]).toEqual(['i32', 'f32'])
  })
})

describe('channels of transposed convolutions', () => {
  it('change places within their group, taps together', () => {
    // Two groups of [2 outer, 1 inner, 2 taps]: [a b][c d] | [e f][g h] is in order already; with inner 2, outer 1 too.
    const data = Int8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    const swapped = swapChannels(data, { group: 1, outer: 3, inner: 2 })
    expect([...swapped]).toEqual([0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11])
    expect(swapped).toBeInstanceOf(Int8Array)
    expect(swapChannels(swapped, { group: 1, outer: 2, inner: 3 })).toEqual(data)
    expect([...swapChannels(Float32Array.from(data), { group: 2, outer: 3, inner: 2 })]).toEqual([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
  })
})
