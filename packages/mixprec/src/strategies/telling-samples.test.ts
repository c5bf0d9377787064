import { type MetricName, samplesOf, type TrialLosses } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { additiveSpace } from './additive-space.ts'
import { qualityTarget } from './quality-target.ts'
import { race } from './race.ts'
import { searchCourse } from './search-course.ts'
import { lossesOn, spreadSamples, tellingSamples, typicalSamples, weighSamples } from './telling-samples.ts'

const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length
const answerOf = (metric: MetricName, samples: readonly number[]): TrialLosses => ({
  losses: { [metric]: { mean: mean(samples), samples, outputs: [] } },
  layers: new Map(),
})

/** The loss of all samples that some let expect, when a trial has these. */
function expected(metric: MetricName, before: readonly number[], now: readonly number[], count: number): number {
  const target = qualityTarget('race', { metric })
  const samples = tellingSamples(weighSamples(answerOf(metric, before), target, before.length), count)
  const course = searchCourse({ trial: { plan: new Map() }, ranking: [] })
  const steps = lossesOn(course, target, [{ plan: new Map() }], samples)
  let step = steps.next()
  while (step.done !== true)
    step = steps.next([
      answerOf(
        metric,
        samplesOf(step.value.ask, now.length).map((sample) => now[sample]!),
      ),
    ])
  return step.value[0]!
}

describe('telling samples', () => {
  it.each([
    ['cosine', [0.1, 0.4, 0.2]],
    ['sqnr', [-60, -20, -40]],
  ] as const)('by %s are those that lose most', (metric, before) => {
    const weighed = weighSamples(answerOf(metric, before), qualityTarget('race', { metric }), 3)
    expect(tellingSamples(weighed, 3).map(({ sample }) => sample)).toEqual([1, 2, 0])
  })

  it('let expect the loss of all where each loses as many times as much: decibels as much more', () => {
    const losses = [0.1, 0.4, 0.25]
    const decibels = [-60, -20, -43]
    const more = (numbers: readonly number[], change: (x: number) => number) => numbers.map(change)
    for (const count of [1, 2, 3]) {
      expect(
        expected(
          'cosine',
          losses,
          more(losses, (x) => x / 3),
          count,
        ),
      ).toBeCloseTo(mean(losses) / 3, 10)
      expect(
        expected(
          'sqnr',
          decibels,
          more(decibels, (x) => x - 7),
          count,
        ),
      ).toBeCloseTo(mean(decibels) - 7, 10)
    }
  })
})

describe('samples of other kinds', () => {
  const weighed = [0.5, 3, 1.1, 0.2, 0.8].map((weight, sample) => ({ sample, weight }))
  const samples = (some: readonly { readonly sample: number }[]) => some.map(({ sample }) => sample)

  it('are those nearest to the mean', () => {
    expect(samples(typicalSamples(weighed, 3))).toEqual([2, 4, 0])
  })
  it('are those of all sizes of loss', () => {
    expect(samples(spreadSamples(weighed, 2))).toEqual([0, 2])
    expect(samples(spreadSamples(weighed, 3))).toEqual([3, 4, 1])
    expect(samples(spreadSamples(weighed, 9))).toEqual([3, 0, 4, 2, 1])
  })
  it('weigh the same where nothing, or nothing finite, is lost', () => {
    const target = qualityTarget('race', { metric: 'cosine' })
    for (const losses of [
      [0, 0],
      [0.1, Infinity],
      [Number.NaN, 0.1],
    ])
      expect(weighSamples(answerOf('cosine', losses), target, 2).map(({ weight }) => weight)).toEqual([1, 1])
    expect(weighSamples(undefined, target, 2).map(({ weight }) => weight)).toEqual([1, 1])
  })
})

it('a race that has to end behind its ranking would return its worst layers in float', () => {
  const layers = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`l${i}`, { cost: i === 7 ? 0.2 : 0.001 * (i + 1) }]))
  const space = additiveSpace(layers)
  const steps = race({ expectedCos: 0.99 }).search(space)
  const bests: (readonly string[])[] = []
  let isRanked = false
  for (let step = steps.next(); step.done !== true; ) {
    const { ask, best } = step.value
    isRanked ||= best.ranking.length === 12
    if (isRanked) bests.push([...best.trial.plan.keys()])
    step = steps.next(
      ask.trials.map(({ plan }) => {
        const loss = Object.keys(layers).reduce((sum, name) => sum + (plan.has(name) ? 0 : layers[name]!.cost), 0)
        return {
          losses: Object.fromEntries(ask.metrics.map((metric) => [metric, { mean: loss, samples: [loss], outputs: [] }])),
          layers: new Map(),
        }
      }),
    )
  }
  expect(bests.length).toBeGreaterThan(3)
  for (const floats of bests) expect(floats).toContain('l7')
})
