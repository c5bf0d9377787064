import { createOrtExecutor } from '@q/exec-ort'
import type { DType, Graph } from '@q/ir'
import { allOps, tensor } from '@q/ir'
import { onnxTranslator } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { clamped, runOnOrt, shifted } from './quantized-node.ts'

describe('convolutions on ONNX Runtime, against integers of any size', () => {
  const side = 40
  const channels = 192
  const codes = (count: number, seed: number) => Int8Array.from({ length: count }, (_, i) => Math.imul(i + seed, 2654435761) >> 24)
  const pads = { strides: [1, 1], pads: [1, 1, 1, 1] }

  it('in one fused kernel: channels whose factor is proven, and those that have none', async () => {
    const ratios = [
      [1_327_433, 30],
      [1_225_429, 29],
      [1_000_003, 26],
      [5, 3],
      [1, 1],
      [9_671_777, 30],
      [2_906_039, 30],
      [134_217_729, 36],
    ] as const
    const places = 9
    const middles = ratios.flatMap(([m, s], c) => Array.from({ length: places }, (_, i) => ({ m, s, code: 10 + 27 * i + c })))
    // All 256 sums around the middle between two codes; of the first ratio also those that ask for opposite factors.
    const bias = middles.map(({ m, s, code }, i) => (i === 0 ? 60_262 : i === 1 ? 88_573 : Math.round(((code + 0.5) * 2 ** s) / m)))
    const x = Int8Array.from({ length: 256 }, (_, i) => i - 128)
    const count = middles.length
    const found = await runOnOrt(
      'QConv',
      { strides: [1, 1], pads: [0, 0, 0, 0], multipliers: middles.map(({ m }) => m), shifts: middles.map(({ s }) => s) },
      tensor('i8', [1, 1, 1, 256], x),
      { dtype: 'i8', shape: [1, 1, 1, 256], quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } },
      { dtype: 'u8', shape: [1, count, 1, 256], quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } },
      [tensor('i8', [count, 1, 1, 1], new Int8Array(count).fill(1)), tensor('i32', [count], Int32Array.from(bias))],
    )
    expect(found).toEqual(
      middles.flatMap(({ m, s }, c) =>
        Array.from(x, (code) => clamped(shifted(BigInt(code + bias[c]!), BigInt(m), s, 'half-up'), 'u8', -1000n)),
      ),
    )
  })

  it('large planes in slices of channels: depthwise with a zero point and padding', async () => {
    const shape = [1, channels, side, side]
    const x = codes(channels * side * side, 1)
    const w = codes(channels * 9, 7)
    const multipliers = Array.from({ length: channels }, (_, c) => 1000000007 + c * 1000)
    const shifts = Array.from({ length: channels }, (_, c) => 37 + (c % 3))
    const zero = 5
    const found = await runOnOrt(
      'QConv',
      { ...pads, group: channels, multipliers, shifts },
      tensor('i8', shape, x),
      { dtype: 'i8', shape, quant: { scale: 1, zeroPoint: zero, expressed: 'f32' } },
      { dtype: 'i8', shape, quant: { scale: 1, zeroPoint: -2, expressed: 'f32' } },
      [tensor('i8', [channels, 1, 3, 3], w)],
    )
    let wrong = 0
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < side; y++) {
        for (let at = 0; at < side; at++) {
          let sum = 0
          for (let k = 0; k < 9; k++) {
            const row = y + Math.floor(k / 3) - 1
            const column = at + (k % 3) - 1
            const inside = row >= 0 && row < side && column >= 0 && column < side
            sum += w[c * 9 + k]! * (inside ? x[(c * side + row) * side + column]! : zero)
          }
          const wanted = clamped(shifted(BigInt(sum), BigInt(multipliers[c]!), shifts[c]!, 'half-up') - 2n, 'i8', -1000n)
          if (found[(c * side + y) * side + at] !== wanted) wrong++
        }
      }
    }
    expect(wrong).toBe(0)
  })

  it.each([
    [7, 'a small plane, as a matrix product'],
    [side, 'a large plane, in slices of channels'],
  ])('one place wide over %i x %i: %s', async (size) => {
    const inputs = 24
    const shape = [1, channels, size, size]
    const x = codes(inputs * size * size, 3)
    const w = codes(channels * inputs, 11)
    const b = Int32Array.from({ length: channels }, (_, c) => c * 997 - 90000)
    const found = await runOnOrt(
      'QConv',
      { strides: [1, 1], pads: [0, 0, 0, 0], multipliers: [1777777777], shifts: [41], relu: true },
      tensor('i8', [1, inputs, size, size], x),
      { dtype: 'i8', shape: [1, inputs, size, size], quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } },
      { dtype: 'u8', shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } },
      [tensor('i8', [channels, inputs, 1, 1], w), tensor('i32', [1, channels, 1, 1], b)],
    )
    const plane = size * size
    const wanted = Array.from({ length: channels * plane }, (_, i) => {
      const c = Math.floor(i / plane)
      let sum = b[c]!
      for (let k = 0; k < inputs; k++) sum += w[c * inputs + k]! * x[k * plane + (i % plane)]!
      return clamped(shifted(BigInt(sum), 1777777777n, 41, 'half-up'), 'u8', 0n)
    })
    expect(found).toEqual(wanted)
  })
})

describe('storage of weights', () => {
  it('does not change results', async () => {
    const shape = [1, 32, 9, 9]
    const codes = (count: number) => Int8Array.from({ length: count }, (_, i) => (i % 5 === 0 ? -128 : 127))
    const dtype: DType = 'i8'
    const results = await Promise.all(
      (['u8', 'i8'] as const).map(async (form) => {
        const graph: Graph = {
          name: 'one',
          inputs: [{ name: 'x' }],
          outputs: ['y'],
          ops: allOps,
          properties: { stage: 'quantized' },
          nodes: [
            {
              op: 'QConv',
              inputs: ['x', 'w'],
              outputs: ['y'],
              attrs: { strides: [1, 1], pads: [1, 1, 1, 1], multipliers: [1073741825], shifts: [42] },
            },
          ],
          values: new Map([
            ['x', { name: 'x', type: { dtype, shape } }],
            ['y', { name: 'y', type: { dtype, shape } }],
            [
              'w',
              {
                name: 'w',
                type: { dtype, shape: [32, 32, 3, 3] },
                isConstant: true,
                constant: tensor('i8', [32, 32, 3, 3], codes(32 * 32 * 9)),
              },
            ],
          ]),
        }
        // The signed form of ConvInteger is exact on every processor seen, if slow.
        const session = await createOrtExecutor({
          ort,
          onnx: onnxTranslator,
          threads: 1,
          kernels: { conv: form, depthwise: form, matMul: 'u8', linearConv: 'u8' },
        }).load(graph)
        return (await session.run(new Map([['x', tensor('i8', shape, codes(32 * 81))]]))).get('y')!.data
      }),
    )
    expect(results[0]).toEqual(results[1])
  })
})
