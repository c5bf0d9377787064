import { describe, expect, it } from 'vitest'
import type { LaneWork } from './lane.ts'
import { shareWork } from './share-work.ts'

type Jobs = LaneWork['samples'][number]['jobs']

/** Samples whose jobs are known by number; `undefined` where nothing is open. */
const work = (...jobs: readonly (readonly (number | undefined)[])[]): LaneWork['samples'] =>
  jobs.map((each, sample) => ({ sample, jobs: each.map((job) => (job === undefined ? undefined : { job })) as unknown as Jobs }))
const told = (shares: readonly LaneWork['samples'][]) =>
  shares.map((share) => share.map(({ sample, jobs }) => [sample, jobs.flatMap((open, place) => (open === undefined ? [] : [place]))]))

describe('work is shared out', () => {
  it('by samples, each to its own lane while that has not more than others', () => {
    expect(told(shareWork(work([1], [1], [1]), 2))).toEqual([
      [[0, [0]]],
      [
        [1, [0]],
        [2, [0]],
      ],
    ])
    const numbered = (...numbers: readonly number[]) => numbers.map((sample) => ({ ...work([1])[0]!, sample }))
    const lanesOf = (...numbers: readonly number[]) => shareWork(numbered(...numbers), 2).map((share) => share.map(({ sample }) => sample))
    expect(lanesOf(3, 8, 1, 6)).toEqual([
      [8, 6],
      [3, 1],
    ])
    expect(lanesOf(3, 5, 1, 6)).toEqual([
      [6, 1],
      [3, 5],
    ])
    expect(told(shareWork(work([1, 2], [1, 2]), 2))).toEqual([[[0, [0, 1]]], [[1, [0, 1]]]])
  })

  it('by runs of trials where samples are few', () => {
    expect(told(shareWork(work([1, undefined, 3, 4, 5]), 2))).toEqual([[[0, [0, 2]]], [[0, [3, 4]]]])
    expect(told(shareWork(work([1, 2], [1, 2], [1, 2]), 2))).toEqual([
      [
        [0, [0, 1]],
        [2, [0]],
      ],
      [
        [1, [0, 1]],
        [2, [1]],
      ],
    ])
    expect(told(shareWork(work([1, 2], [1, 2]), 5))).toEqual([[[0, [0]]], [[1, [0]]], [[0, [1]]], [[1, [1]]], []])
  })

  it('completely, whatever there is', () => {
    for (const lanes of [1, 2, 3, 4, 7]) {
      for (const samples of [1, 2, 3, 5]) {
        const all = work(...Array.from({ length: samples }, () => [1, 2, undefined, 4]))
        const shared = told(shareWork(all, lanes))
          .flat()
          .flatMap(([sample, places]) => (places as number[]).map((place) => `${sample} ${place}`))
        expect(shared.sort()).toEqual(all.flatMap(({ sample }) => [0, 1, 3].map((place) => `${sample} ${place}`)).sort())
      }
    }
  })
})
