import { type DType, tensor } from '@q/ir'
import { expect, it } from 'vitest'
import { runOnOrt } from './quantized-node.ts'

const typed = (dtype: DType, shape: readonly number[]) => ({ dtype, shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } }) as const

/** Places of the codes of `[2, 3, 4]` elements along an axis. */
const slicesOf = (axis: number) => Array.from({ length: 24 }, (_, i) => [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4][axis]!)

it.each([
  ['i8', Int8Array, 256],
  ['u8', Uint8Array, 256],
  ['i16', Int16Array, 65536],
  ['u16', Uint16Array, 65536],
] as const)('ONNX Runtime itself looks %s codes up in the table of their slice, along every axis', async (dtype, Codes, size) => {
  const shape = [2, 3, 4]
  const x = Codes.from(Array.from({ length: 24 }, (_, i) => (i === 0 ? size / 2 : i === 1 ? size - 1 : i * 9973)))
  for (const [axis, slices] of shape.entries()) {
    const entries = Int8Array.from({ length: slices * size }, (_, i) => (i * 31 + (i >> 8) * 7) ^ (i >> 3))
    const found = await runOnOrt('LutAxis', { axis }, tensor(dtype, shape, x), typed(dtype, shape), typed('i8', shape), [
      tensor('i8', [entries.length], entries),
    ])
    expect(found, `axis ${axis}`).toEqual(slicesOf(axis).map((slice, i) => entries[slice * size + (x[i]! & (size - 1))]))
  }
})
