import type { Tensor } from '@q/ir'
import { parseGraph } from '@q/ir/graph'
import { describe, expect, it } from 'vitest'
import { fileExecutor } from './file-executor.ts'

async function codes(text: string, feeds: Readonly<Record<string, Tensor>>): Promise<readonly number[]> {
  const session = await fileExecutor().load(parseGraph(text))
  try {
    const { data } = (await session.run(new Map(Object.entries(feeds)))).get('y')!
    return Array.from(data as Int8Array)
  } finally {
    await session.close()
  }
}

const i16 = (...numbers: readonly number[]): Tensor => ({ dtype: 'i16', shape: [numbers.length], data: Int16Array.from(numbers) })

describe('factors that shift to the left', () => {
  it.each([
    ['float32 is too small for', 87, -10],
    ['float64 is too small for', 2 ** 31 - 1, -12],
  ])('terms that %s differ by what their codes differ by', async (_, multiplier, shift) => {
    const factors = `{multipliers = [${multiplier}, ${multiplier}], shifts = [${shift}, ${shift}]}`
    const text = `x: i16[3]{scale 0.01, zero 0}; z: i16[3]{scale 0.01, zero 0}; y: i8[3]{scale 0.00001, zero 12} = QSub(x, z) ${factors}; return y`
    expect(await codes(text, { x: i16(30001, -29999, 5), z: i16(30001, -29999, 6) })).toEqual([12, 12, -128])
  })

  it('terms of 24 bits each are added in whole numbers of more', async () => {
    const operands = ['a', 'b', 'c', 'd']
    const text = `${operands.map((name) => `${name}: i16[1]{scale 1, zero 0}`).join('; ')}
      y: i8[1]{scale 1, zero 0} = QAdd(a, b, c, d) {multipliers = [509, 5, 511, 3], shifts = [0, 0, 0, 0]}; return y`
    // 509 * 32767 + 5 * 32766 is odd and above 2^24.
    expect(await codes(text, { a: i16(32767), b: i16(32766), c: i16(-32768), d: i16(-32595) })).toEqual([0])
  })

  it('a bias that is shifted far keeps the zero point of the result', async () => {
    const text = `x: i8[1,1]{scale 1, zero 0}; w: i8[1,1]{scale 1, zero 0} = [1]; b: i32[1] = [-100]
      y: i8[1,1]{scale 1, zero 12} = QMatMul(x, w, b) {multipliers = [1073741823], shifts = [-20]}; return y`
    const x: Tensor = { dtype: 'i8', shape: [1, 1], data: Int8Array.of(100) }
    expect(await codes(text, { x })).toEqual([12])
  })
})
