import { parseGraph, type Tensor, type Value } from '@q/ir'
import { decodeBf16, encodeBf16, saturatingBf16 } from '@q/ir/number'
import { describe, expect, it } from 'vitest'
import { createReferenceExecutor } from '../reference-executor.ts'

const table = (name: string, numbers: readonly number[]): Value => {
  const data = Uint16Array.from(numbers, (x) => encodeBf16(x, saturatingBf16))
  return { name, type: { dtype: 'bf16', shape: [256] }, constant: { dtype: 'bf16', shape: [256], data } }
}

async function run(text: string, tables: readonly Value[], x: readonly number[]): Promise<readonly number[]> {
  const graph = parseGraph(
    `graph g {stage = "quantized"}; x: bf16[1,${x.length}]; ${tables.map(({ name }) => `${name}: bf16[256]`).join('; ')}; ${text}`,
  )
  const values = new Map([...graph.values, ...tables.map((value) => [value.name, value] as const)])
  const inputs = graph.inputs.filter(({ name }) => name === 'x')
  const session = await createReferenceExecutor().load({ ...graph, inputs, values, outputs: ['y'] })
  const feed: Tensor = { dtype: 'bf16', shape: [1, x.length], data: Float32Array.from(x) }
  return Array.from((await session.run(new Map([['x', feed]]))).get('y')!.data, Number)
}

const places = Array.from({ length: 256 }, (_, i) => (i < 128 ? i : i - 256) / 16)
const round = (x: number): number => decodeBf16(encodeBf16(x, saturatingBf16))

describe('tables of bfloat16 numbers', () => {
  it('give straight lines between their entries, and go on beyond the last', async () => {
    const tables = [
      table('t', places),
      table(
        's',
        places.map(() => 1 / 16),
      ),
    ]
    const x = [0, 1, -1, 0.53125, -0.53125, 7.9375, 16]
    expect(await run('y: bf16[1,7] = SlopeLut(x, t, s) {min = -8, max = 8, bf16 = "saturate"}', tables, x)).toEqual(x)
  })

  it('give functions of exponent and mantissa on both sides of zero', async () => {
    const above = Array.from({ length: 127 }, (_, i) => 2 ** -(i - 62))
    const tables = [
      table('t', [Infinity, ...above, Infinity, ...above.map((v) => -v)]),
      table(
        'm',
        Array.from({ length: 256 }, (_, i) => 1 / (1 + (i % 128) / 128)),
      ),
    ]
    const made = await run('y: bf16[1,5] = MantissaLut(x, t, m) {bf16 = "saturate"}', tables, [1, 2, -4, 3, 0])
    expect(made.slice(0, 4)).toEqual([1, 0.5, -0.25, round(round(1 / 1.5) / 2)])
    expect(made[4]).toBe(round(3.3895313892515355e38))
  })

  it('give the power of a response normalization, the squares added in the order of the chip: what its simulator gives', async () => {
    const tables = [
      table('t', [Infinity, ...Array.from({ length: 127 }, (_, i) => 2 ** (-0.75 * (i - 62))), ...Array(128).fill(0)]),
      table(
        'm',
        Array.from({ length: 256 }, (_, i) => (1 + (i % 128) / 128) ** -0.75),
      ),
    ]
    const x = [-3.140625, 1.875, -2.109375, -0.82421875, 0.66796875, -1.3515625, -2.546875, 0.09912109375]
    const wanted = [-1.0078125, 0.5859375, -0.65234375, -0.34375, 0.24609375, -0.60546875, -1.1953125, 0.04736328125]
    expect(await run('y: bf16[1,8] = LutLRN(x, t, m) {size = 5, alpha = 1, bf16 = "saturate"}', tables, x)).toEqual(wanted)
  })

  it('are refused with another number of entries', () => {
    const text =
      'graph g {stage = "quantized"}; x: bf16[1,2]; t: bf16[255]; s: bf16[256]; y: bf16[1,2] = SlopeLut(x, t, s) {min = -8, max = 8}'
    expect(() => parseGraph(text)).not.toThrow()
    expect(() => parseGraph(text.replace('y: bf16[1,2] =', 'y ='))).toThrow('C1')
  })
})
