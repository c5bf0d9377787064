import { samplesOf, type Trial } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { type AdditiveLayer, additiveSpace, driven } from './additive-space.ts'
import { plainTable } from './choose-table.ts'
import { climbSizes } from './climb-sizes.ts'
import { growingSets } from './grow-sets.ts'
import { qualityTarget } from './quality-target.ts'
import { rankTrials } from './rank-trials.ts'
import { searchCourse } from './search-course.ts'
import { trialOf } from './search-layers.ts'
import { tuneThresholds } from './tune-thresholds.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f']
const layers = Object.fromEntries(names.map((name, i): [string, AdditiveLayer] => [name, { cost: 0.01 * (6 - i) }]))
const samples = [0, 1, 2].map((sample) => ({ sample, weight: 1 }))
const target = qualityTarget('race', { expectedCos: 0.9999 })
const courseOf = (space: ReturnType<typeof additiveSpace>) => searchCourse({ trial: trialOf(space, []), ranking: [], reached: false })

const thresholdOf = ({ ranges }: Trial, name: string) => ranges?.get(name)?.threshold ?? 1
const inCodes = ({ plan }: Trial) => names.filter((name) => !plan.has(name))

describe('tuning thresholds', () => {
  const space = additiveSpace(layers, { kl: 1, mse: 0.5, max: 2 })
  const tuned = (loss: number, lossOf: (trial: Trial, sample: number | undefined) => number, floats: readonly string[] = ['a']) => {
    const course = courseOf(space)
    return { course, ...driven(tuneThresholds(course, space, target, { floats, table: plainTable, loss }, samples), lossOf) }
  }

  it('chooses each by the loss of the whole set, with those chosen before in place', () => {
    // Neighbours want the same threshold, the first one the largest.
    const apart = (trial: Trial) =>
      names.slice(1).reduce((sum, name, i) => sum + (thresholdOf(trial, name) === thresholdOf(trial, names[i]!) ? 0 : 0.1 / (i + 1)), 0)
    const { learned, course } = tuned(1, (trial) => apart(trial) + (thresholdOf(trial, 'a') === 2 ? 0 : 1))
    expect(names.map((name) => thresholdOf({ plan: new Map(), ranges: learned.table.ranges }, name))).toEqual([2, 2, 2, 2, 2, 2])
    expect([learned.floats, learned.loss, [...course.best.trial.plan.keys()]]).toEqual([['a'], 0, ['a']])
  })

  it('leaves a set alone that nothing makes better, and asks for nothing beside the trials', () => {
    const { learned, steps } = tuned(0.5, () => 0.5)
    expect([learned.table, learned.loss]).toEqual([plainTable, 0.5])
    expect(steps.every(({ ask }) => samplesOf(ask, 8).length === samples.length)).toBe(true)
    expect(steps).toHaveLength(names.length)
  })

  it('gives the set back as it was where all samples say otherwise than those it was tuned on', () => {
    const { learned } = tuned(0.5, (trial, sample) => (sample === undefined ? 0.6 : thresholdOf(trial, 'c')))
    expect([learned.table, learned.loss]).toEqual([plainTable, 0.5])
  })
})

describe('trials of groups', () => {
  it('race within their group, side by side with those of others', () => {
    const space = additiveSpace(layers)
    const groups = [['a', 'b', 'c'], ['d', 'e', 'f', 'a', 'b'], []].map((group) => group.map((name) => trialOf(space, [name])))
    const worth = (trial: Trial) => inCodes(trial).reduce((sum, name) => sum + layers[name]!.cost, 0)
    const { learned, steps } = driven(rankTrials(courseOf(space), target, groups, { samples, part: 3 }), worth)
    expect(learned).toEqual([[0, 1, 2], [3, 4, 0, 1, 2], []])
    expect(steps.map(({ ask }) => [ask.trials.length, samplesOf(ask, 8)])).toEqual([
      [8, [1]],
      [3, [0, 2]],
    ])
  })
})

describe('sets that grow', () => {
  const methods = { kl: 1, mse: 0.5, max: 2, percentile9999: 0.25 }
  const space = additiveSpace(layers, methods)
  const tables = [1, 0.5, 2, 0.25].map((threshold) => ({
    ranges: new Map(names.map((name) => [name, { threshold, min: -1, max: 1 }] as const)),
  }))
  const worth = (trial: Trial) => inCodes(trial).reduce((sum, name) => sum + layers[name]!.cost * thresholdOf(trial, name), 0)

  it('keep the better half of their tables each time', () => {
    const growing = growingSets(courseOf(space), space, target, { tables, order: names, samples })
    const left = () => growing.tables().map(({ ranges }) => ranges.get('f')!.threshold)
    driven(growing.grow(), worth)
    expect(left()).toEqual([0.25, 0.5])
    driven(growing.grow(), worth)
    expect(left()).toEqual([0.25])
  })

  it('give layers back that the target is reached without', () => {
    const course = courseOf(space)
    // Only together with the worst layer the others reach the target, and it is needless then.
    const lossOf = ({ plan }: Trial) => (plan.has('b') && plan.has('c') ? 0 : 1 - 0.1 * plan.size - (plan.has('a') ? 0.3 : 0))
    driven(climbSizes(course, space, target, { order: names, most: 4, tables: [plainTable], samples }), lossOf)
    expect([[...course.best.trial.plan.keys()], course.best.reached]).toEqual([['b', 'c'], true])
  })
})
