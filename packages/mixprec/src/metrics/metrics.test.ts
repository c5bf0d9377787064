import { describe, expect, it } from 'vitest'
import { averageLoss, measureSample } from '../comparison/sample-loss.ts'
import { channelAxisOf } from './channel-axis.ts'
import type { OutputPair } from './metric.ts'

const pair = (wanted: readonly number[], found: readonly number[], more: Partial<OutputPair> = {}): OutputPair => ({
  name: 'y',
  shape: [1, wanted.length],
  wanted,
  found,
  weight: 1,
  ...more,
})
const loss = (name: Parameters<typeof measureSample>[1], ...pairs: readonly OutputPair[]): number => measureSample(pairs, name).loss

describe('the cosine loss', () => {
  it('is the weighted mean over the outputs of what is missing to a rescaled cosine of 1', () => {
    const [right, opposite] = [pair([1, 0], [0, 1]), pair([1, 2], [-1, -2])]
    expect(loss('cosine', right)).toBe(0.5)
    expect(loss('cosine', right, opposite)).toBeCloseTo(0.75, 12)
    expect(loss('cosine', { ...right, weight: 3 }, opposite)).toBeCloseTo(0.625, 12)
  })
})

describe('the noise loss', () => {
  it('is the relative energy of the differences, of the last output alone, by its share of the weights', () => {
    expect(loss('noise', pair([3, 4], [3, 5]))).toBeCloseTo(1 / 25, 9)
    expect(loss('noise', pair([1], [9]), pair([3, 4], [3, 5]))).toBeCloseTo(1 / 50, 9)
    expect(loss('noise', pair([0], [1e-3]))).toBeCloseTo(1e-6 / 1e-7, 9)
  })
})

describe('the loss in decibels', () => {
  it('falls by 20 where the differences are a tenth, and stays finite', () => {
    expect(loss('sqnr', pair([10, 0], [11, 0]))).toBeCloseTo(-20, 9)
    expect(loss('sqnr', pair([10, 0], [10.1, 0]))).toBeCloseTo(-40, 9)
    expect(loss('sqnr', pair([1, 2], [1, 2]))).toBe(-200)
    expect(loss('sqnr', pair([0, 0], [1, 0]))).toBe(200)
  })
})

describe('the loss of the worst group', () => {
  it('sees scores that are all lost beside large coordinates, where the cosine does not', () => {
    const shape = [1, 2, 3]
    const boxes = pair([300, 400, 500, 0.9, 0.1, 0.2], [300, 400, 500, 0, 0, 0], { shape, channelAxis: 1 })
    expect(loss('cosine', boxes)).toBeLessThan(1e-6)
    expect(measureSample([boxes], 'worst-group').outputs[0]!.groups).toEqual([0, 1])
    const last = pair([300, 0.9, 400, 0.1, 500, 0.2], [300, 0.45, 400, 0.05, 500, 0.1], { shape: [1, 3, 2] })
    expect(loss('worst-group', last)).toBeCloseTo(0.5, 12)
  })

  it('is 1 for a group that should be zero, and that of the worst output', () => {
    const silent = pair([0, 0, 1, 1], [0, 1e-9, 1, 1], { shape: [1, 2, 2], channelAxis: 1 })
    expect(loss('worst-group', silent)).toBe(1)
    expect(loss('worst-group', pair([1], [1]), pair([2], [5]))).toBe(1.5)
    expect(measureSample([pair([3, 4], [3, 5])], 'worst-group').outputs[0]!.groups).toEqual([0.2])
  })
})

describe('numbers that are none', () => {
  it('are infinitely far', () => {
    for (const name of ['noise', 'sqnr', 'worst-group'] as const) expect(loss(name, pair([1, 2], [Number.NaN, 2]))).toBe(Infinity)
    expect(loss('cosine', pair([1, 2], [Number.NaN, 2]))).toBe(0.5)
  })
})

describe('a loss over samples', () => {
  it('has the means of the samples, of each output and of each group', () => {
    const first = measureSample([pair([1, 1, 1, 1], [1, 1, 2, 2], { shape: [1, 2, 2], channelAxis: 1 })], 'worst-group')
    const second = measureSample([pair([1, 1, 1, 1], [1, 1, 1, 1], { shape: [1, 2, 2], channelAxis: 1 })], 'worst-group')
    expect(averageLoss([first, second])).toEqual({ mean: 0.5, samples: [1, 0], outputs: [{ name: 'y', mean: 0.5, groups: [0, 0.5] }] })
  })
})

describe('channelAxisOf', () => {
  it.each([
    [[1, 1000], undefined],
    [[1, 25200, 85], 2],
    [[1, 84, 8400], 1],
    [[1, 255, 80, 80], 1],
    [[1, 80, 80, 255], 3],
    [[1, 3, 80, 80, 85], 4],
    [[1, 3, 80, 80, 25], 4],
    [[1, 80, 80, 20, 3], 3],
    [[1, 21, 360, 640], 1],
    [[1, 128, 128], 1],
  ])('of %j is %j', (shape, axis) => {
    expect(channelAxisOf(shape)).toBe(axis)
  })
})
