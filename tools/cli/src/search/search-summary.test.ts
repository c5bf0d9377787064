import type { SearchLayer, SearchResult, SearchSpace, Trial, TrialLosses } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { frontLines, pointNames } from './front-files.ts'
import type { Found } from './search-model.ts'
import { floatWarning, lossesOf as lossesOfSearch, missedTarget, type SearchTraits, summaryLines } from './search-summary.ts'
import { moreLayers, otherMethods } from './ways-out.ts'
import { paretoWithoutTarget, raceWithoutTarget } from './without-target.ts'

const layers: readonly SearchLayer[] = ['a', 'b', 'c', 'd'].map((name, i) => ({
  name,
  type: 'top.Conv',
  modes: ['INT8', 'F16'],
  hasCodes: true,
  operations: [90, 4, 3, 3][i]!,
}))
const lossesOf = (means: Readonly<Record<string, number>>): TrialLosses => ({
  losses: Object.fromEntries(Object.entries(means).map(([metric, mean]) => [metric, { mean, samples: [mean], outputs: [] }])),
  layers: new Map(),
})

/** What a search found that keeps these layers in float; `d` is pinned. */
function foundWith(
  floats: readonly string[],
  { result = {}, ...more }: { readonly result?: Partial<SearchResult> } & Partial<Omit<Found['outcome'], 'result'>> = {},
): Found {
  const pinned = new Map([['d', 'F16']])
  const space = { layers, pinned, mode: 'INT8', floatMode: 'F16', methods: new Map([['kl', new Map()]]) } as unknown as SearchSpace
  const plan = new Map([...pinned, ...floats.map((name) => [name, 'F16'] as const)])
  const ranking = ['a', 'b', 'c'].map((layer, i) => ({ layer, loss: 0.3 - 0.1 * i }))
  return {
    space: { ...space, samples: 3 },
    samples: 3,
    outcome: {
      result: { trial: { plan }, losses: lossesOf({ cosine: 0.001, 'worst-group': 0.25 }), ranking, ...result },
      ended: 'finished',
      open: [],
      questions: 3,
      trials: 7,
      ...more,
    },
    lines: [],
    toldBefore: 0,
    seconds: 1,
  }
}

const wanted = { expectedCos: 0.9999 }
const missed = (found: Found, waysOut: SearchTraits['waysOut'] = [moreLayers, otherMethods('--methods')]) =>
  missedTarget(found, wanted, 'table', { waysOut })

describe('a target that was missed', () => {
  it('names the layers that hurt most of those that are still in codes', () => {
    expect(missed(foundWith(['a'])).found).toMatch(/what hurts most in INT8: b 2\.00e-1, c 1\.00e-1$/)
  })
  it('advises what the search has', () => {
    expect(missed(foundWith(['a'], { result: { limit: 1 } })).hint).toBe(
      'allow more layers in float (--max_float_layers, 1 here), try other threshold methods (--methods), or ask for less',
    )
    expect(missed(foundWith(['a'])).hint).toBe('try other threshold methods (--methods), or ask for less')
    const found = foundWith(['a'])
    expect(missed({ ...found, space: { ...found.space, methods: new Map() } }).hint).toBe('ask for less')
  })
  it('says what the losses of its layers are, where they are not of all samples', () => {
    const { found } = missedTarget(foundWith(['a']), wanted, 'table', { losses: 'each on one sample', waysOut: [] })
    expect(found).toMatch(/what hurts most in INT8 \(each on one sample\): b /)
    expect(summaryLines(foundWith(['a']), wanted, 1, { losses: 'each on one sample' })).toContain('  loss: each on one sample')
  })
  it('counts one as one', () => {
    expect(missed(foundWith(['a'], { result: { limit: 1 } })).found).toMatch(
      / with 1 layer in float; at most 1 layer in float was allowed;/,
    )
    expect(missed(foundWith(['a'], { ended: 'budget', open: ['b'] })).found).toContain('the budget left 1 layer unexamined')
    expect(summaryLines(foundWith([], { ended: 'budget', open: ['b'] }), wanted, 1)).toContain(
      'not examined  1 layer: the budget was used up',
    )
  })
  it('says of a race what its losses are only where there are too many layers to examine', () => {
    const lines = (count: number) => {
      const found = foundWith(['a'])
      const many = Array.from({ length: count }, (_, i) => ({ ...layers[0]!, name: `${i}`, modes: ['F16'] }))
      return summaryLines({ ...found, space: { ...found.space, layers: many } }, wanted, 1, { losses: lossesOfSearch.race })
    }
    expect(lines(24).filter((line) => line.startsWith('  loss:'))).toEqual([])
    expect(lines(25)).toContain('  loss: estimates from few samples')
  })
  it('counts no layer among those not examined that the plan keeps in float', () => {
    const ended = { ended: 'budget', open: ['a', 'b'] } as const
    expect(summaryLines(foundWith(['a'], ended), wanted, 1)).toContain('not examined  1 layer: the budget was used up')
    expect(missed(foundWith(['a'], ended)).found).toContain('the budget left 1 layer unexamined')
  })
  it('says what a budget left', () => {
    expect(missed(foundWith([], { ended: 'budget', open: ['b', 'c'] })).found).toContain('the budget left 2 layers unexamined')
    expect(missed(foundWith([], { ended: 'budget' })).found).toContain('the budget was used up before the search was done')
  })
})

describe('the summary', () => {
  it('counts the layers that the search decides about, and names those that were decided before', () => {
    expect(summaryLines(foundWith([]), wanted, 1)).toContain(
      'in F16        0 of 3 layers, 0.0 % of the arithmetic, beside 1 that were decided before',
    )
  })
  it('tells a budget that ended it with all layers examined', () => {
    expect(summaryLines(foundWith([], { ended: 'budget' }), wanted, 1)).toContain('ended         by its budget, after 7 trials')
  })
  it('tells what the target is by, before and after', () => {
    const found = { ...foundWith([]), before: lossesOf({ cosine: 0.01, 'worst-group': 0.5 }) }
    const byGroup = { mostLoss: { metric: 'worst-group', loss: 0.2 }, metric: 'worst-group' } as const
    expect(summaryLines(found, byGroup, 1).slice(0, 3)).toEqual([
      'INT8 before   0.990000, worst-group loss 0.500000',
      'mix after     0.999000, worst-group loss 0.250000',
      'target        worst-group loss 0.2 (not reached)',
    ])
    expect(missedTarget(found, byGroup, 'table', { waysOut: [] }).found).toContain('similarity 0.999000, worst-group loss 0.250000 with')
    expect(summaryLines(found, { metric: 'sqnr' }, 1)[1]).toBe('mix after     0.999000, sqnr loss not measured')
    expect(summaryLines(found, wanted, 1)[1]).toBe('mix after     0.999000')
  })
  it('says when the budget left time for fewer samples', () => {
    expect(summaryLines({ ...foundWith([]), samples: 9 }, wanted, 1)).toContain('measured on   3 of 9 samples: the budget was used up')
    expect(summaryLines(foundWith([]), wanted, 1).some((line) => line.startsWith('measured on'))).toBe(false)
  })
  it('says by what losses are, and why one is missing', () => {
    const lines = summaryLines(foundWith(['a'], { result: { ranking: [] } }), { metric: 'worst-group' }, 1)
    expect(lines.find((line) => line.includes('arithmetic') && line.includes('layer '))).toMatch(/type +worst-group loss +arithmetic$/)
    expect(lines.some((line) => line.startsWith('  -: not measured alone'))).toBe(true)
  })
  it('warns of a network that is hardly quantized', () => {
    expect(floatWarning(foundWith(['a']))).toMatch(/^note: 93\.0 % of the arithmetic is in F16: this is hardly a quantized network/)
    expect(floatWarning(foundWith(['b', 'c']))).toBeUndefined()
  })
})

it('a front is told with the loss that its points are chosen by, their tables, and which of them is written', () => {
  const point = (trial: Trial) => ({ trial, losses: lossesOf({ cosine: 0.001, 'worst-group': 0.25 }), floatShare: 0.5 })
  const plan = new Map([['d', 'F16']])
  const ranges = new Map([['a', { threshold: 1, min: -1, max: 1 }]])
  const found = foundWith(['a'], {
    result: { front: [point({ plan }), point({ plan, ranges }), point({ plan: new Map([['a', 'F16'], ...plan]) })] },
  })
  const points = pointNames(found.outcome.result, { planFile: 'p', tableFile: 'c', sharedTable: 'shared' })
  expect(frontLines(found, { points, planFile: 'p', metric: 'worst-group' }).slice(1)).toEqual([
    '  layers in float  arithmetic  worst-group loss  similarity  plan  calibration table',
    '                0      50.0 %           2.50e-1    0.999000  p_1   shared',
    '                0      50.0 %           2.50e-1    0.999000  p_2   c_2',
    '                1      50.0 %           2.50e-1    0.999000  p_3   shared  (written as p, too)',
  ])
  expect(frontLines(found, { points, planFile: 'p' })[1]).toBe('  layers in float  arithmetic  similarity  plan  calibration table')
})

it('without a target race and pareto say what is written', () => {
  expect(raceWithoutTarget(undefined)(foundWith([]))).toContain('with at most 3 layers in float is written;')
  expect(raceWithoutTarget(1)(foundWith([]))).toContain('with at most 1 layer in float is written;')
  expect(paretoWithoutTarget(2)(foundWith([]))).toMatch(/^note: no target was given: .* 2 layers in float, .*the front is there to choose/)
})
