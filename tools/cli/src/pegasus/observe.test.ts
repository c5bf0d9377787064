import { graph, type SampleSource } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { startRun } from '../context.ts'
import { type Observing, observeNetwork } from './observe.ts'

const reporter = { print() {}, note() {}, diagnostic() {}, progress() {}, event() {}, error() {}, close() {} }
const context = startRun({ reporter, signal: new AbortController().signal, env: {} })
const usual: Observing = { algorithm: 'normal', batch: 1, iterations: 100, weight: 0.01, bins: 2048 }

/** Samples of one input `x` of a ReLU. */
async function observed(lists: readonly Float32Array[], how: Partial<Observing>) {
  const shape = [1, lists[0]!.length]
  const samples: SampleSource = {
    count: lists.length,
    load: async (i) => new Map([['x', { dtype: 'f32', shape, data: lists[i]! }]]),
  }
  return observeNetwork(graph`x: f32${shape}; y = Relu(x); return y`, samples, { ...usual, ...how }, context)
}
const ends = async (lists: readonly (readonly number[])[], how: Partial<Observing>) => {
  const { rows } = await observed(
    lists.map((each) => Float32Array.from(each)),
    how,
  )
  const { min, max, threshold } = rows.get('x')!
  return [min, max, threshold]
}

describe('ranges', () => {
  const lists = [
    [-1, 4],
    [-3, 2],
    [1, 8],
    [0, 0],
  ]

  it('normal: the least and the largest number of all samples asked for', async () => {
    expect(await ends(lists, {})).toEqual([-3, 8, 8])
    expect(await ends(lists, { iterations: 2 })).toEqual([-3, 4, 4])
  })

  // r + weight * (batch - r), from the first batch on (spec/acuity.md 4.1).
  it('moving_average: a batch moves the range of those before it by its weight', async () => {
    expect(await ends(lists, { algorithm: 'moving_average', weight: 0.25, iterations: 3 })).toEqual([-0.875, 4.625, 4.625])
    expect(await ends(lists, { algorithm: 'moving_average', weight: 1 })).toEqual([0, 0, 0])
  })

  it('moving_average: a batch of several samples counts once, by its least and largest number', async () => {
    // [-3, 4], then [0, 8].
    expect(await ends(lists, { algorithm: 'moving_average', weight: 0.5, batch: 2, iterations: 2 })).toEqual([-1.5, 6, 6])
  })

  // A falling triangle of 600 bins with three numbers far out: the threshold of the vendor's own routine (calibration_math.so of TPU-MLIR 1.30.2).
  it('kl_divergence: cuts off what is far out, in both directions, and says what was there', async () => {
    const numbers: number[] = [20.47, 20.47, -20.47]
    for (let bin = 0; bin < 600; bin++) for (let i = 0; i < 10 * (600 - bin); i++) numbers.push((i % 2 === 0 ? 1 : -1) * (bin + 0.5) * 0.01)
    const { rows, whole } = await observed([Float32Array.from(numbers)], { algorithm: 'kl_divergence' })
    const most = Math.fround(6.39999962)
    expect(rows.get('x')).toEqual({ min: -most, max: most, threshold: most })
    expect(whole.get('x')).toEqual({ min: -Math.fround(20.47), max: Math.fround(20.47) })
    // A ReLU has no negative numbers to cut off.
    expect(rows.get('y')!.min).toBe(0)
  })

  it('kl_divergence: numbers that are all near keep their range', async () => {
    const few = [-1, 0.5, 1]
    expect((await ends([few], { algorithm: 'kl_divergence', bins: 128 })).slice(0, 2)).toEqual([-1, 1])
  })
})

it('means are those of the channels of what weights meet, over all samples', async () => {
  const net = graph`x: f32[1,2,1,2]; w: f32[1,2,1,1] = 1; y = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0]}; return y`
  const lists = [
    [1, 3, 10, 20],
    [5, 7, 30, 40],
  ]
  const samples: SampleSource = {
    count: 2,
    load: async (i) => new Map([['x', { dtype: 'f32', shape: [1, 2, 1, 2], data: Float32Array.from(lists[i]!) }]]),
  }
  const { means } = await observeNetwork(net, samples, usual, context)
  expect([...means].map(([name, numbers]) => [name, [...numbers]])).toEqual([['x', [4, 25]]])
})
