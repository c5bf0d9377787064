import type { Executor } from '../contracts/executor.ts'
import type { Graph } from '../graph/types.ts'
import { createSessionCache, type SessionCache } from '../section/session-cache.ts'
import { type ConformanceRunner, check } from './runner.ts'
import { codes, i32, node, numbersOf, smallGraph, tensorOf } from './small-graph.ts'

/** What networks of one structure differ in. */
interface Numbers {
  readonly weights?: readonly [number, number]
  readonly bias?: number
  readonly multiplier?: number
  readonly shift?: number
  /** Multipliers of the sum. */
  readonly factors?: readonly [number, number]
  /** What the table adds to a code. */
  readonly step?: number
  readonly zeroPoint?: number
}

const byte = (v: number): number => Math.max(-128, Math.min(127, v))
/** `round(v / 2^s)`, half up. */
const shifted = (v: number, s: number): number => Math.floor(v / 2 ** s + 0.5)

/** A convolution of one place, a sum with its operand, and a table. */
function network({ weights = [3, -2], bias = 5, multiplier = 3, shift = 2, factors = [1, 2], step = 1, zeroPoint = 0 }: Numbers): Graph {
  const entries = Array.from({ length: 256 }, (_, i) => byte((i < 128 ? i : i - 256) + step))
  return smallGraph({
    values: {
      x: { type: codes('i8', [1, 2, 1, 2], 0.5, zeroPoint) },
      w: { type: codes('i8', [2, 1, 1, 1]), constant: weights },
      b: { type: i32(2), constant: [bias, -bias] },
      t: { type: codes('i8', [256]), constant: entries },
      c: { type: codes('i8', [1, 2, 1, 2], 0.25) },
      s: { type: codes('i8', [1, 2, 1, 2], 0.25) },
      y: { type: codes('i8', [1, 2, 1, 2], 0.25) },
    },
    nodes: [
      node('QConv', ['x', 'w', 'b'], ['c'], {
        strides: [1, 1],
        pads: [0, 0, 0, 0],
        group: 2,
        multipliers: [multiplier, multiplier + 1],
        shifts: [shift, shift],
      }),
      node('QAdd', ['c', 'x'], ['s'], { multipliers: factors, shifts: [1, 1] }),
      node('Lut', ['s', 't'], ['y']),
    ],
    outputs: ['y'],
  })
}

const fed = [7, -9, 100, -30]

/** What the operators' definitions give, in plain arithmetic. */
function wanted({
  weights = [3, -2],
  bias = 5,
  multiplier = 3,
  shift = 2,
  factors = [1, 2],
  step = 1,
  zeroPoint = 0,
}: Numbers): readonly number[] {
  return fed.map((x, i) => {
    const channel = i >> 1
    const sum = x * weights[channel]! + (channel === 0 ? bias : -bias)
    const c = byte(shifted(sum * (multiplier + channel), shift))
    return byte(byte(shifted(c * factors[0], 1) + shifted((x - zeroPoint) * factors[1], 1)) + step)
  })
}

const variants: readonly (readonly [what: string, numbers: Numbers])[] = [
  ['weights', { weights: [-1, 4] }],
  ['a bias', { bias: -11 }],
  ['multipliers', { multiplier: 5 }],
  ['shifts', { shift: 3 }],
  ['the multipliers of a sum', { factors: [3, 1] }],
  ['a table', { step: -4 }],
  ['a zero point', { zeroPoint: 3 }],
]

/** Sections of equal structure share what an executor keeps, and differ in their results all the same. */
export function describeCaches({ describe, it }: ConformanceRunner, create: (cache?: SessionCache) => Executor | Promise<Executor>): void {
  const budgetBytes = 64e6
  const run = async (executor: Executor, numbers: Numbers): Promise<readonly number[]> => {
    const session = await executor.load(network(numbers))
    const { type } = network(numbers).values.get('x')!
    const found = numbersOf((await session.run(new Map([['x', tensorOf(type, fed)]]))).get('y')!)
    await session.close()
    return found
  }
  const same = (executor: Executor, found: readonly number[], numbers: Numbers): void => {
    const step = executor.exact ? 0 : 2
    const right = wanted(numbers)
    check(
      found.every((each, i) => Math.abs(each - right[i]!) <= step),
      `found [${found.join(', ')}], wanted [${right.join(', ')}]`,
    )
  }

  describe('sections of equal structure', () => {
    for (const [what, numbers] of variants) {
      it(`differ in their results when ${what} differ`, async () => {
        const cache = createSessionCache({ budgetBytes })
        const executor = await create(cache)
        for (const each of [{}, numbers, {}]) same(executor, await run(executor, each), each)
        await cache.close()
      })
    }

    it('give what fresh ones give, open at once', async () => {
      const cache = createSessionCache({ budgetBytes })
      const executor = await create(cache)
      const all = [{}, ...variants.map(([, numbers]) => numbers)]
      const found = await Promise.all([...all, ...all].map((numbers) => run(executor, numbers)))
      for (const [i, numbers] of [...all, ...all].entries()) {
        const fresh = await run(await create(), numbers)
        check(found[i]!.join() === fresh.join(), `found [${found[i]!.join(', ')}], fresh [${fresh.join(', ')}]`)
      }
      await cache.close()
    })

    it('find again what was kept, within the budget, and nothing is open once all is closed', async () => {
      const cache = createSessionCache({ budgetBytes })
      const executor = await create(cache)
      if (executor.cache === undefined) return
      await run(executor, {})
      const { misses, hits } = cache.counts()
      await run(executor, {})
      check(cache.counts().misses === misses && cache.counts().hits > hits, 'the same section was made anew')
      check(cache.counts().sizeBytes <= budgetBytes && cache.counts().entries > 0, `${cache.counts().sizeBytes} bytes are kept`)
      await cache.close()
      const { entries, sizeBytes } = cache.counts()
      check(entries === 0 && sizeBytes === 0, `${entries} entries of ${sizeBytes} bytes are left`)
    })

    it('keep nothing without a budget: closing a session frees it, a second time does nothing', async () => {
      const cache = createSessionCache({ budgetBytes: 0 })
      const executor = await create(cache)
      const session = await executor.load(network({}))
      if (executor.cache !== undefined) check(cache.counts().sizeBytes > 0, 'what is in use does not count')
      await session.close()
      await session.close()
      check(cache.counts().sizeBytes === 0, `${cache.counts().sizeBytes} bytes are kept`)
    })
  })
}
