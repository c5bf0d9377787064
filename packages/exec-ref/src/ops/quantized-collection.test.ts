import { parseGraph, type Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { createReferenceExecutor } from '../reference-executor.ts'

async function run(text: string, feeds: Readonly<Record<string, Tensor>>): Promise<readonly number[]> {
  const session = await createReferenceExecutor().load({ ...parseGraph(text), outputs: ['y'] })
  return Array.from((await session.run(new Map(Object.entries(feeds)))).get('y')!.data, Number)
}
const bytes = (...codes: readonly number[]): Tensor => ({ dtype: 'i8', shape: [1, codes.length], data: Int8Array.from(codes) })

describe('codes that are collected', () => {
  const join = 'graph g {stage = "quantized"}; a: i8[1,2]{scale 1, zero 0}; b: i8[1,2]{scale 1, zero 1}; y: i8[1,4]{scale 1, zero 0} = '

  it('are joined, each operand by its own factor and without its zero point', async () => {
    const text = `${join}QConcat(a, b) {axis = 1, multipliers = [3, 1], shifts = [1, 0]}`
    expect(await run(text, { a: bytes(1, -3), b: bytes(5, 100) })).toEqual([2, -4, 4, 99])
  })

  it('are cut off at zero where they end in a ReLU, and at the ends of their type', async () => {
    const text = `${join}QConcat(a, b) {axis = 1, multipliers = [3, 4], shifts = [0, 0], relu = true}`
    expect(await run(text, { a: bytes(-1, 100), b: bytes(1, 2) })).toEqual([0, 127, 0, 4])
  })

  it.each([
    ['sum', [9, -12]],
    ['max', [8, -2]],
    ['min', [-2, -6]],
  ] as const)('are reduced: %s', async (mode, wanted) => {
    const text = `graph g {stage = "quantized"}; x: i8[2,3]{scale 1, zero 0}; y: i8[2]{scale 1, zero 0} = QReduce(x) {axes = [1], keepdims = false, mode = "${mode}"}`
    const x: Tensor = { dtype: 'i8', shape: [2, 3], data: Int8Array.of(8, -2, 3, -4, -6, -2) }
    expect(await run(text, { x })).toEqual(wanted)
  })

  it('have a mean by a factor that divides by their number', async () => {
    const text =
      'graph g {stage = "quantized"}; x: i8[1,4]{scale 1, zero 0}; y: i8[1,1]{scale 1, zero 0} = QReduce(x) {axes = [-1], mode = "mean", multipliers = [1], shifts = [2]}'
    expect(await run(text, { x: bytes(1, 2, 3, 4) })).toEqual([3])
  })
})

it('looks codes up in the table of their slice', async () => {
  const table = Int8Array.from({ length: 512 }, (_, i) => (i < 256 ? i & 127 : -(i & 127)))
  const text =
    'graph g {stage = "quantized"}; x: u8[1,2,2]{scale 1, zero 0}; t: i8[1,2,16,16]; y: i8[1,2,2]{scale 1, zero 0} = LutAxis(x, t) {axis = 1}'
  const x: Tensor = { dtype: 'u8', shape: [1, 2, 2], data: Uint8Array.of(3, 131, 3, 132) }
  expect(await run(text, { x, t: { dtype: 'i8', shape: [1, 2, 16, 16], data: table } })).toEqual([3, 3, -3, -4])
})

describe('casts by way of bfloat16', () => {
  it('round the scale and the product, and cut off what comes in', async () => {
    const out =
      'graph g {stage = "quantized"}; x: i8[1,1]{scale 0.0732, zero 0}; y: f32[1,1] = DequantizeLinear(x) {bf16 = "saturate", through = "bf16"}'
    // bf16(0.0732) = 0.0732421875, times 101 is 7.397..., of which bfloat16 has 7.40625.
    expect(await run(out, { x: bytes(101) })).toEqual([7.40625])
    const back =
      'graph g {stage = "quantized"}; x: f32[1,1]; y: i8[1,1]{scale 1, zero 0} = QuantizeLinear(x) {rounding = "up", bf16 = "saturate", through = "bf16"}'
    // 2.0078 is cut off to 2.
    expect(await run(back, { x: { dtype: 'f32', shape: [1, 1], data: Float32Array.of(2.0078) } })).toEqual([2])
  })
})
