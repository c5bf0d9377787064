import { expect, it } from 'vitest'
import { printFloat } from './print-float.ts'

it('writes six digits and a zero when they give the number back', () => {
  expect(printFloat(0)).toBe('0.000000e+00')
  expect(printFloat(-0)).toBe('-0.000000e+00')
  expect(printFloat(-1)).toBe('-1.000000e+00')
  expect(printFloat(1.00011)).toBe('1.000110e+00')
  expect(printFloat(10976)).toBe('1.097600e+04')
  expect(printFloat(1e-300)).toBe('1.000000e-300')
})

it('writes up to 17 digits, or 9 for f32, when they do not', () => {
  expect(printFloat(Math.fround(0.1))).toBe('0.10000000149011612')
  expect(printFloat(1 / 30)).toBe('0.033333333333333333')
  expect(printFloat(Math.fround(1e-5))).toBe('9.9999997473787516E-6')
  expect(printFloat(Math.fround(1e-5), 'f32')).toBe('9.99999974E-6')
  expect(printFloat(Math.fround(126.986031), 'f32')).toBe('126.986031')
  expect(printFloat(17 / 12)).toBe('1.4166666666666667')
})

it('cuts off before it rounds, as LLVM does', () => {
  expect(printFloat(1 / 127)).toBe('0.0078740157480314959')
  expect(printFloat(0.0957193)).toBe('0.095719299999999993')
})

it('writes the bit pattern of a number whose digits have no point', () => {
  expect(printFloat(16777217)).toBe('0x4170000010000000')
  expect(printFloat(Infinity)).toBe('0x7FF0000000000000')
  expect(printFloat(Number.NaN)).toBe('0x7FF8000000000000')
})

it('gives the number back for any double', () => {
  const view = new DataView(new ArrayBuffer(8))
  let state = 12345
  for (let k = 0; k < 3000; k++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    view.setUint32(0, state)
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    view.setUint32(4, state)
    const value = view.getFloat64(0)
    if (!Number.isFinite(value)) continue
    const printed = printFloat(value)
    const back = printed.startsWith('0x') ? doubleOf(BigInt(printed)) : Number(printed)
    expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.abs(value) * Number.EPSILON)
  }
})

function doubleOf(pattern: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, pattern)
  return view.getFloat64(0)
}
