import { expect, it } from 'vitest'
import { measureSample } from './sample-loss.ts'

const pair = (name: string, found: readonly number[], weight: number) => ({ name, shape: [2], wanted: [1, 2], found, weight })

it('an output of no weight does not count, however lost it is', () => {
  const pairs = [pair('a', [Number.NaN, 1], 0), pair('b', [1, 2.5], 1)]
  const alone = [pair('b', [1, 2.5], 1)]
  for (const metric of ['sqnr', 'cosine', 'noise'] as const)
    expect(measureSample(pairs, metric).loss).toBe(measureSample(alone, metric).loss)
  expect(measureSample([...pairs].reverse(), 'noise').loss).toBe(0)
})

it('nothing of weight is nothing to compare', () => {
  expect(() => measureSample([pair('a', [1, 2], 0)], 'cosine')).toThrow(expect.objectContaining({ code: 'COMPARISON_EMPTY', at: ['a'] }))
})
