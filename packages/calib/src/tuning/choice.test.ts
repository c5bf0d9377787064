import type { Session, Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { portableKernels } from '../kernels/kernels.ts'
import { candidateTrials } from './best-candidate.ts'

const tensor = (value: number): Tensor => ({ dtype: 'f32', shape: [1], data: Float32Array.of(value) })

/**
 * Chooses among the candidates 10, 20, 30 ... that lie so far from the reference, given for each candidate and sample.
 *
 * The session reads the candidate from the quantized input (the scale is 127 / candidate), and the sample from an integer input.
 */
async function choose(distances: readonly (readonly number[])[], reference = 1): Promise<{ candidate: number; runs: number }> {
  const samples = distances[0]!.map((_, sample) => sample)
  let runs = 0
  const session: Session = {
    feeds: ['x', 'sample'],
    fetches: ['y'],
    async run(feeds) {
      runs += 1
      const candidate = Math.round(Number(feeds.get('x')!.data[0]) / 10) - 1
      return new Map([['y', tensor(reference + distances[candidate]![Number(feeds.get('sample')!.data[0])]!)]])
    },
    async close() {},
  }
  const bestOf = candidateTrials({
    session,
    feeds: samples.map(
      (sample) =>
        new Map<string, Tensor>([
          ['x', tensor(0)],
          ['sample', { dtype: 'i32', shape: [1], data: Int32Array.of(sample) }],
        ]),
    ),
    references: samples.map(() => Float32Array.of(reference)),
    output: 'y',
    kernels: {
      ...portableKernels,
      fakeQuantize: (_, scale, into) => into.fill(127 / scale),
      squaredDistance: (a, b) => (a[0]! - b[0]!) ** 2,
    },
    pause: async () => {},
  })
  const candidate = await bestOf(distances.map((_, index) => 10 * (index + 1)))
  return { candidate, runs }
}
const chosen = async (...distances: readonly number[]) => (await choose(distances.map((one) => [one]))).candidate

describe('the choice among candidates', () => {
  it('takes the least distance, wherever it stands', async () => {
    expect([await chosen(1, 2, 3), await chosen(3, 1, 2), await chosen(3, 2, 1)]).toEqual([10, 20, 30])
    expect([await chosen(5, 3, 4), await chosen(5, 3, 4, 2, 6)]).toEqual([20, 40])
  })

  it('takes the first of equals: the smallest threshold', async () => {
    expect([await chosen(2, 2, 2), await chosen(5, 3, 3, 4), await chosen(5, 3, 2, 2, 3)]).toEqual([10, 20, 30])
  })

  it('keeps the present threshold where the reference is zero and no distance is a number', async () => {
    expect((await choose([[3], [2], [1]], 0)).candidate).toBe(10)
  })

  it('compares the means over all samples', async () => {
    expect(
      (
        await choose([
          [4, 0],
          [1, 2],
          [0, 3.5],
        ])
      ).candidate,
    ).toBe(20)
    expect(
      (
        await choose([
          [4, 0],
          [3, 3],
          [0, 2.5],
        ])
      ).candidate,
    ).toBe(30)
  })

  it('stops a candidate once its mean has reached the best one, and no sooner', async () => {
    // Means 1; then 3/2 and 2/2 after one sample are enough; 0 and 1.5 needs both.
    expect(
      await choose([
        [1, 1],
        [3, 0],
        [2, 0],
        [0, 1.5],
      ]),
    ).toEqual({ candidate: 40, runs: 6 })
    // The first candidate is measured to its end, whatever comes.
    expect(
      await choose([
        [9, 0],
        [0, 9],
      ]),
    ).toEqual({ candidate: 10, runs: 4 })
  })
})
