import type { RoundingMode, Tensor } from '@q/ir'
import { parseGraph } from '@q/ir/graph'
import { multiplyByQuantizedMultiplier, multiplyShift, saturate } from '@q/ir/number'
import { describe, expect, it } from 'vitest'
import { fileExecutor } from './file-executor.ts'

/** The codes of sums whose requantization is `attrs`, by ONNX Runtime. */
async function codesOf(sums: readonly number[], type: string, zero: number, attrs: string): Promise<readonly number[]> {
  const n = sums.length
  const session = await fileExecutor().load(
    parseGraph(
      `x: i16[1,1,${n}]{scale 1, zero 0}; y: ${type}[1,1,${n}]{scale 1, zero ${zero}} = Requantize(x) {${attrs}, axis = 1}; return y`,
    ),
  )
  const x: Tensor = { dtype: 'i16', shape: [1, 1, n], data: Int16Array.from(sums) }
  return Array.from((await session.run(new Map([['x', x]]))).get('y')!.data, Number)
}

const sums = [...Array.from({ length: 201 }, (_, i) => i - 100), -32768, -20001, -4097, 4097, 20001, 32767]
const roundings = ['half-up', 'half-away-from-zero'] as const satisfies readonly RoundingMode[]

describe.each(roundings)('codes of sums, rounded %s', (rounding) => {
  it.each([
    ['i8', -3],
    ['u8', 128],
    ['i16', 5],
  ] as const)('are those of a quantized multiplier, which rounds twice: %s', async (type, zero) => {
    for (const [mantissa, shift] of [
      [2 ** 30, 0],
      [2 ** 30, 1],
      [2 ** 30 + 12345, 3],
      [-1_700_000_001, 2],
      [2 ** 30, -1],
    ] as const) {
      const attrs = `requantize = "quantized-multiplier", multipliers = [${mantissa}], shifts = [${shift}], rounding = "${rounding}"`
      const wanted = sums.map((sum) => saturate(multiplyByQuantizedMultiplier(sum, { mantissa, exponent: -shift }, rounding) + zero, type))
      expect(await codesOf(sums, type, zero, attrs), attrs).toEqual(wanted)
    }
  })

  it('are those of a multiplier and a shift, be a product as near to a half as it can', async () => {
    // Products that a half lacks one of 2^40: (2k + 1) 2^39 - 1.
    for (const [sum, multiplier] of [
      [22471, 220_186_121],
      [16839, 555_012_105],
      [26477, 1_640_318_363],
    ] as const) {
      const attrs = `requantize = "multiplier-shift", multipliers = [${multiplier}], shifts = [40], rounding = "${rounding}"`
      expect(await codesOf([sum, -sum], 'i8', 0, attrs)).toEqual([sum, -sum].map((each) => multiplyShift(each, multiplier, 40, rounding)))
    }
  })
})
