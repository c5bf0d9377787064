import { tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { clamped, runOnOrt, shifted } from './quantized-node.ts'

/** Numbers whose products lie on both sides of every tie that codes can have, and the extremes of int32. */
function sumsFor(m: number, s: number): Int32Array {
  const list = [0, 1, -1, 2147483647, -2147483648, 2147483646, -2147483647]
  for (let code = -260; code <= 260; code++) {
    const tie = Math.round(((code + 0.5) * 2 ** s) / m)
    for (const near of [tie - 1, tie, tie + 1]) if (Math.abs(near) < 2 ** 31) list.push(near)
  }
  return Int32Array.from(list)
}

const factors: readonly (readonly [m: number, s: number])[] = [
  [1, 1],
  [1, 8],
  [3, 2],
  [1073741825, 30],
  [1073741824, 31],
  [1073741824, 40],
  [1999999999, 38],
  [1234567891, 42],
  [2147483646, 39],
  [127, 14],
  [5, 0],
  [1, -2],
  [2147483646, 30],
]

describe('requantization of int32 sums on ONNX Runtime, against integers of any size', () => {
  for (const rounding of ['half-up', 'half-away-from-zero']) {
    for (const [dtype, zeroPoint, relu] of [
      ['i8', 0, false],
      ['i8', -3, true],
      ['u8', 0, true],
      ['u8', 131, false],
    ] as const) {
      it(`${rounding} to ${dtype}, zero point ${zeroPoint}${relu ? ', ReLU' : ''}`, async () => {
        for (const [multiplier, shift] of factors) {
          const sums = sumsFor(multiplier, shift)
          const shape = [1, 1, 1, sums.length]
          const found = await runOnOrt(
            'Requantize',
            { multipliers: [multiplier], shifts: [shift], rounding, relu },
            tensor('i32', shape, sums),
            { dtype: 'i32', shape },
            { dtype, shape, quant: { scale: 1, zeroPoint, expressed: 'f32' } },
          )
          const wanted = Array.from(sums, (v) =>
            clamped(shifted(BigInt(v), BigInt(multiplier), shift, rounding) + BigInt(zeroPoint), dtype, relu ? BigInt(zeroPoint) : -1000n),
          )
          expect(found, `${multiplier} / 2^${shift}`).toEqual(wanted)
        }
      })
    }
  }

  it.each(['half-up', 'half-away-from-zero'])('by a 31-bit fraction, rounded half up, and a right shift, rounded %s', async (rounding) => {
    const x = Int8Array.from({ length: 256 }, (_, i) => i - 128)
    const w = Int8Array.from({ length: 64 }, (_, c) => 4 * c - 127)
    const multipliers = Array.from(w, (_, c) => [2 ** 30, 1288490189, 2147483647][c % 3]!)
    const shifts = Array.from(w, (_, c) => c % 8)
    for (const [dtype, zeroPoint] of [
      ['i8', -3],
      ['u8', 131],
    ] as const) {
      const found = await runOnOrt(
        'QConv',
        { strides: [1, 1], pads: [0, 0, 0, 0], multipliers, shifts, requantize: 'quantized-multiplier', rounding },
        tensor('i8', [1, 1, 1, 256], x),
        { dtype: 'i8', shape: [1, 1, 1, 256], quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } },
        { dtype, shape: [1, 64, 1, 256], quant: { scale: 1, zeroPoint, expressed: 'f32' } },
        [tensor('i8', [64, 1, 1, 1], w)],
      )
      const wanted = Array.from(w).flatMap((weight, c) =>
        Array.from(x, (code) => {
          const high = shifted(BigInt(code * weight), BigInt(multipliers[c]!), 31, 'half-up')
          return clamped(shifted(high, 1n, shifts[c]!, rounding) + BigInt(zeroPoint), dtype, -1000n)
        }),
      )
      expect(found).toEqual(wanted)
    }
  })

  it('for each slice of an axis', async () => {
    const rows = factors.filter(([, shift]) => shift >= 0 && shift <= 32)
    const parameters = tensor('i32', [1, rows.length, 1, 3], Int32Array.from(rows.flatMap(([m, s]) => [m, -s, 7])))
    const each = Int32Array.from({ length: 64 }, (_, i) => Math.round((i - 32) ** 5 * 63.7))
    const shape = [1, rows.length, 8, 8]
    const x = tensor('i32', shape, Int32Array.from(rows.flatMap(() => [...each])))
    const found = await runOnOrt(
      'RequantizeAxis',
      { rounding: 'half-away-from-zero' },
      x,
      { dtype: 'i32', shape },
      { dtype: 'i8', shape, quant: { scale: 1, zeroPoint: 7, expressed: 'f32' } },
      [parameters],
    )
    expect(found).toEqual(
      rows.flatMap(([m, s]) =>
        Array.from(each, (v) => clamped(shifted(BigInt(v), BigInt(m), s, 'half-away-from-zero') + 7n, 'i8', -1000n)),
      ),
    )
  })
})
