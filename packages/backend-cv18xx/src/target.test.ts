import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from './cv18xx.ts'
import { chips, targetOf } from './target.ts'

const row = (threshold: number) => ({ threshold, min: -threshold, max: threshold })
/** A float graph lowered with thresholds. */
function lowered(text: string, rows: Readonly<Record<string, number>>, plan: Readonly<Record<string, string>> = {}) {
  const table = new Map(Object.entries(rows).map(([name, threshold]) => [name, row(threshold)]))
  return resolve(parseGraph(`graph g {stage = "float"}; ${text}`), table, new Map(Object.entries(plan)), cv18xx(), { mode: 'INT8' }).graph
}

// TPU-MLIR 1.30.2 for this family.
describe('the family', () => {
  it('has four chips of one arithmetic', () => {
    const arithmetic = chips.map((chip) => ({ ...targetOf(chip), name: '', pictures: undefined }))
    expect(new Set(arithmetic.map((each) => JSON.stringify(each))).size).toBe(1)
  })

  it('computes in bfloat16 whatever float a plan names', () => {
    for (const mode of ['BF16', 'F16', 'F32']) {
      const { values } = lowered('a: f32[1,4]; y = Sigmoid(a)', { a: 4, y: 1 }, { y: mode })
      expect(values.get('y')!.type.dtype).toBe('bf16')
    }
  })

  it('brings both operands of a sum to one shift', () => {
    const { nodes } = lowered('a: f32[1,4]; b: f32[1,4]; y = Add(a, b)', { a: 0.4, b: 1.3, y: 1 })
    const sum = nodes.find(({ op }) => op === 'QAdd')!
    expect(sum.attrs).toMatchObject({ multipliers: [25, 83], shifts: [6], requantizeSum: true })
  })

  it('rounds codes of inputs as the host does, those of numbers in between as the chip does', () => {
    const { nodes } = lowered('a: f32[1,4]; b = Softmax(a) {axis = 1}; y = Sigmoid(b)', { a: 4, b: 1, y: 1 })
    expect(nodes.find(({ outputs }) => outputs[0] === 'by_si8')).toMatchObject({
      op: 'QuantizeLinear',
      attrs: { rounding: 'half-to-even' },
    })
    const direct = lowered('a: f32[1,4]; y = Sigmoid(a)', { a: 4, y: 1 }).nodes[0]!
    expect(direct.attrs).toMatchObject({ rounding: 'half-away-from-zero', hostScale: true })
  })

  it('casts inputs to bfloat16 by cutting them off, and gives codes out by way of bfloat16', () => {
    const { nodes } = lowered('a: f32[1,4]; b = Softmax(a) {axis = 1}; y = Sigmoid(b)', { a: 4, b: 1, y: 1 })
    expect(nodes[0]).toMatchObject({ op: 'Cast', attrs: { to: 'bf16', bf16: 'truncate' } })
    expect(nodes.at(-1)).toMatchObject({ op: 'DequantizeLinear', attrs: { through: 'bf16' } })
  })
})

describe('options', () => {
  it.each([{ cores: 2 }, { codec: {} }, { chip: 'cv999x' }])('refuses %j', (options) => {
    expect(() => cv18xx(options as never)).toThrow(expect.objectContaining({ code: 'CHIP_OPTIONS' }))
  })
})
