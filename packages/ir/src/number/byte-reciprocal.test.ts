import { expect, it } from 'vitest'
import { byteReciprocal } from './byte-reciprocal.ts'

it('reciprocals have 8 bits, the highest of them set', () => {
  const counts = Array.from({ length: 255 }, (_, i) => i + 1)
  for (const count of counts) {
    const reciprocal = byteReciprocal(count)
    const bits = reciprocal * 2 ** (7 - Math.floor(Math.log2(reciprocal)))
    expect([count, Number.isInteger(bits), Math.abs(reciprocal * count - 1) <= 2 ** -8]).toEqual([count, true, true])
  }
})

/* Measured: the chip simulator of TPU-MLIR 1.30.2, average pools whose windows lack elements. */
it('are those of the chip', () => {
  expect([3, 5, 6, 7].map((count) => byteReciprocal(count))).toEqual([171 / 512, 205 / 1024, 171 / 1024, 146 / 1024])
})
