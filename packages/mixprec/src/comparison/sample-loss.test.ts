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

it('how often the float model gives what says nothing is told, by output', () => {
  const samples = [true, true, false].map((isVoid) => measureSample([{ ...pair('y', [1, 2], 1), isVoid }, pair('z', [1, 2], 1)], 'cosine'))
  expect(samples.map(({ outputs }) => outputs[0]!.void)).toEqual([true, true, undefined])
  expect(averageLoss(samples).outputs[0]!.void).toBe(2)
  expect(averageLoss(samples).outputs[1]!).not.toHaveProperty('void')
  expect(averageLoss(samples.slice(2)).outputs[0]!).not.toHaveProperty('void')
})
