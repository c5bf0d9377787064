import { expect, it } from 'vitest'
import { realNumbers } from './real-numbers.ts'

const codes = Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
const quant = { expressed: 'f32', scale: 0.5, zeroPoint: 2 } as const

it('codes are as far from the zero point as their scale says', () => {
  expect([...realNumbers({ dtype: 'i8', shape: [12], data: codes }, quant).slice(0, 3)]).toEqual([-0.5, 0, 0.5])
  expect([...realNumbers({ dtype: 'f32', shape: [2], data: Float32Array.of(4, 6) }, quant)]).toEqual([1, 2])
})

it('each place of an axis has its own scale and zero point, wherever the axis stands', () => {
  const scales = [1, 10, 100]
  const perPlace = { ...quant, axis: 1, scales, zeroPoints: [0, 1, 2] }
  expect([...realNumbers({ dtype: 'i8', shape: [2, 3, 2], data: codes }, perPlace)]).toEqual([
    1, 2, 20, 30, 300, 400, 7, 8, 80, 90, 900, 1000,
  ])
  expect([...realNumbers({ dtype: 'i8', shape: [4, 3], data: codes }, { ...quant, axis: 1, scales })].slice(0, 4)).toEqual([-1, 0, 100, 2])
  expect([...realNumbers({ dtype: 'i8', shape: [3, 4], data: codes }, { ...quant, axis: 0, scales })].slice(3, 6)).toEqual([2, 30, 40])
})

it('what has no scale is the number that it is', () => {
  const floats = Float32Array.of(0.1, -2)
  expect(realNumbers({ dtype: 'f32', shape: [2], data: floats })).toBe(floats)
  expect([...realNumbers({ dtype: 'i64', shape: [2], data: BigInt64Array.of(-3n, 5n) })]).toEqual([-3, 5])
  expect([...realNumbers({ dtype: 'f16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) })]).toEqual([1, -2])
})
