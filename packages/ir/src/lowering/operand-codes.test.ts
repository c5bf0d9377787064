import { describe, expect, it } from 'vitest'
import { asymmetric, lowerOne, symmetric } from '../../test/lower-one.ts'
import type { CodeStorage, IntegerScheme } from '../contracts/scheme.ts'
import { asProduct, asSum } from './element-wise.ts'

const one = { min: -1, max: 1 }
const storing = (activations: CodeStorage, more: Partial<IntegerScheme> = {}): IntegerScheme => ({ ...symmetric, activations, ...more })
const signed = (bits: CodeStorage['bits'], more: Partial<CodeStorage> = {}): CodeStorage => ({
  bits,
  sign: 'signed',
  zeroPoint: 'none',
  ...more,
})
const made = (constant: string, scheme: IntegerScheme, lower = asSum('QAdd')) => {
  const lowered = lowerOne(lower, `x: f32[2]; c: f32[2] = [${constant}]; y = Add(x, c)`, { x: one, y: one }, { scheme })
  const name = lowered.nodes[0]!.inputs[1]!
  return { name, codes: lowered.constant(name), type: lowered.value(name).type, attrs: lowered.nodes[0]!.attrs }
}

describe('a constant operand, as the scheme stores activations', () => {
  it.each([
    [signed(4), 'c_i8', [7, -4]],
    [signed(8), 'c_i8', [127, -64]],
    [signed(16), 'c_i16', [32767, -16384]],
  ] as const)('has its bits: %o', (storage, name, codes) => {
    for (const lower of [asSum('QAdd'), asSum('QSub'), asProduct])
      expect(made('1, -0.5', storing(storage), lower)).toMatchObject({ name, codes })
  })

  it('has a scale that is a power of two where all are, so that a shift is its factor', () => {
    const shift = { kind: 'shift' } as const
    const scheme = storing(signed(8, { scale: 'power-of-two' }), {
      multipliers: { sum: shift, operand: shift, product: shift, cast: shift },
    })
    // The least power above 0.7 / 127 is 2^-7, of which 0.7 is 89.6; the result has steps of 2^-6.
    expect(made('0.7, 0', scheme)).toMatchObject({ codes: [90, 0], attrs: { shifts: [0, 1], requantize: 'shift' } })
  })

  it('has the zero point of its own extent, which stands in its type', () => {
    const { codes, type } = made('-1, 1.55', asymmetric)
    expect(type.dtype).toBe('u8')
    expect(type.quant!.zeroPoint).toBe(100)
    expect(type.quant!.scale).toBeCloseTo(0.01, 8)
    expect(codes).toEqual([0, 255])
    expect(made('0, 0', asymmetric)).toMatchObject({ codes: [0, 0], type: { dtype: 'u8' } })
  })

  it('is rounded as weights are', () => {
    const rounded = (weight: IntegerScheme['rounding']['weight']) =>
      made('127, -2.5', storing(signed(8), { rounding: { ...symmetric.rounding, weight } })).codes
    expect([rounded('half-away-from-zero'), rounded('half-to-even'), rounded('down')]).toEqual([
      [127, -3],
      [127, -2],
      [127, -3],
    ])
  })

  it('is signed by its numbers where codes are, and where negative ones had no codes otherwise', () => {
    const byRange: CodeStorage = { bits: 8, sign: 'by-range', zeroPoint: 'none' }
    expect([made('1, 0.5', storing(byRange)).name, made('1, -0.5', storing(byRange)).name]).toEqual(['c_u8', 'c_i8'])
    const unsigned: CodeStorage = { bits: 8, sign: 'unsigned', zeroPoint: 'none' }
    expect(made('1, -0.5', storing(unsigned))).toMatchObject({ name: 'c_i8', codes: [127, -64] })
    expect(made('1, 0.5', storing(signed(8)))).toMatchObject({ name: 'c_i8', codes: [127, 64] })
  })

  it('is refused where it is not finite', () => {
    expect(() => made('1, Infinity', symmetric)).toThrow(expect.objectContaining({ code: 'RANGE_INVALID' }))
  })
})
