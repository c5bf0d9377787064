import { expect, it } from 'vitest'
import { averageLoss, measureSample } from './sample-loss.ts'

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

it('what the float model gives says nothing where it is all zeros or not finite, and how often that is so is told', () => {
  const wanted = (...numbers: readonly number[]) => ({ name: 'y', shape: [2], wanted: numbers, found: [1, 2], weight: 1 })
  const voids = [wanted(0, 0), wanted(1, Number.NaN), wanted(Infinity, 1), wanted(0, 1e-30), wanted(0, -1)].map((pair) =>
    measureSample([pair], 'cosine'),
  )
  expect(voids.map(({ outputs }) => outputs[0]!.void)).toEqual([true, true, true, undefined, undefined])
  expect(averageLoss(voids).outputs[0]!.void).toBe(3)
  expect(averageLoss(voids.slice(3)).outputs[0]!).not.toHaveProperty('void')
})
