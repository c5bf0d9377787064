import { type SearchStrategy, samplesOf } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { type AdditiveLayer, additiveSpace, searchAdditive } from './additive-space.ts'
import { chooseThresholds } from './choose-floats.ts'
import { fastSearch } from './fast-search.ts'
import { mixSearch } from './mix-search.ts'
import { pareto } from './pareto.ts'
import { race } from './race.ts'
import { runQtable } from './run-qtable.ts'
import { searchCourse } from './search-course.ts'
import { searchQtable } from './search-qtable.ts'
import { sensitiveLayer } from './sensitive-layer.ts'
import { sensitiveCluster } from './two-means.ts'

type Layers = Readonly<Record<string, AdditiveLayer>>
const search = (strategy: SearchStrategy, layers: Layers, methods: Readonly<Record<string, number>> = {}) =>
  searchAdditive(strategy, additiveSpace(layers, methods), layers)

/** Thirty layers, of which `l3` is the worst, `l7` the next, and so on; the others cost next to nothing. */
const thirty: Layers = Object.fromEntries(
  Array.from({ length: 30 }, (_, i) => [`l${i}`, { cost: { 3: 0.01, 7: 0.008, 11: 0.006, 2: 0.004, 20: 0.002, 5: 0.001 }[i] ?? 1e-6 }]),
)
const all = 0.031 + 24e-6

describe('search_qtable', () => {
  it('takes the fewest layers above max_float_layers that exceed the expected similarity', () => {
    expect(search(searchQtable({ expectedCos: 1 - 0.0031, maxFloatLayers: 1 }), thirty).floats).toEqual(['l3', 'l7', 'l11', 'l2'])
  })
  it('does not search where all layers in codes are similar enough', () => {
    const { floats, result, notes } = search(searchQtable({ expectedCos: 0.96 }), thirty)
    expect([floats, result.reached]).toEqual([[], true])
    expect(notes.at(-1)).toMatch(/^job success, current int8 cos:0\.96\d+ is higher than expected_cos:0\.96 with layers:\[\]$/)
  })
  it('says which table the ranges start from', () => {
    const told = (methods: Readonly<Record<string, number>>) =>
      search(searchQtable({ expectedCos: 0.96 }), thirty, methods).notes.find((note) => note.startsWith('all_int8_cos='))
    expect(told({ kl: 2, mse: 1 })).toMatch(/ with default mse_tune calitable$/)
    expect(told({ kl: 1, mse: 2 })).toMatch(/ with default kl_tune calitable$/)
    for (const methods of [{}, { kl: 2 }]) expect(told(methods)).toMatch(/ with the given calitable$/)
  })
  it('says that a fifth of the layers is not enough, and keeps them', () => {
    const { floats, result } = search(searchQtable({ expectedCos: 0.999999, maxFloatLayers: 2 }), thirty)
    expect([floats.length, result.reached]).toEqual([6, false])
  })
  it('puts layers of the types that its filter left out in front when a fifth is not enough', () => {
    const convs = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`c${i}`, { cost: 1e-4 }]))
    const layers: Layers = { ...convs, m: { type: 'top.MatMul', cost: 9e-4 }, a: { type: 'top.Add', cost: 1e-6 } }
    const { floats, result, notes } = search(searchQtable({ expectedCos: 1 - 1.85e-3, maxFloatLayers: 1 }), layers)
    expect(floats).toEqual(['m', 'c0', 'c1'])
    expect(result.reached).toBe(true)
    expect(notes.filter((note) => note.startsWith('layers that were not searched'))).toEqual([
      "layers that were not searched in front: ['m']",
    ])
  })
  it('goes back to the thresholds of the table where these are better together', () => {
    const trial = { plan: new Map([['l0', 'F16']]), ranges: new Map([['l1', { threshold: 2, min: -1, max: 1 }]]) }
    const lossOf = (mean: number) => ({ losses: { cosine: { mean, samples: [mean], outputs: [] } }, layers: new Map() })
    const chosen = { trial, losses: lossOf(0.02), count: 1 }
    const after = (mean: number) => {
      const steps = chooseThresholds(searchCourse({ trial, ranking: [] }), chosen)
      expect(steps.next().value).toMatchObject({ ask: { trials: [{ plan: trial.plan }] } })
      return steps.next([lossOf(mean)]).value
    }
    expect(after(0.01)).toEqual({ trial: { plan: trial.plan }, losses: lossOf(0.01), count: 1 })
    expect(after(0.02)).toBe(chosen)
  })
  it('tells each trial of its walk', () => {
    const { notes } = search(
      searchQtable({ expectedCos: 0.999, model: 'n.mlir' }),
      { a: { cost: 0.5 }, b: { cost: 0.1 } },
      { kl: 2, mse: 1 },
    )
    expect(notes.filter((note) => note.startsWith('adjust layer '))).toEqual(
      ['a', 'b'].flatMap((layer) =>
        ['kl, and threshlod 2.0', 'mse, and threshlod 1.0'].map((rest) => `adjust layer ${layer} th, with method ${rest}`),
      ),
    )
  })
  it('keeps the method of the least loss, the first of equal ones', () => {
    const { result } = search(searchQtable({ expectedCos: 0.999999 }), thirty, { kl: 2, mse: 0.5, max: 0.5 })
    expect(result.ranking[0]).toMatchObject({ layer: 'l3', method: 'mse' })
    expect(result.trial.ranges?.get('l3')).toEqual({ threshold: 0.5, min: -1, max: 1 })
  })
  it('picks Scales with the Conv they follow, and Convs with the Scale behind them', () => {
    const layers: Layers = { c: { cost: 0.5 }, s: { type: 'top.Scale', cost: 0.1 }, a: { type: 'top.Add', cost: 0.2 }, z: { cost: 0.01 } }
    const { floats, notes } = search(searchQtable({ expectedCos: 0.9999, maxFloatLayers: 2 }), layers)
    expect(floats).toEqual(['c', 's'])
    expect(notes).toContain('next scale op: s')
    const turned = { ...layers, c: { cost: 0.1 }, s: { type: 'top.Scale', cost: 0.5 } }
    expect(search(searchQtable({ expectedCos: 0.9999, maxFloatLayers: 2 }), turned).notes).toContain('pre conv op: c')
  })
  it('leaves out what only moves data, for transformers', () => {
    const layers: Layers = { c: { cost: 0.1 }, r: { type: 'top.Reshape', cost: 0.5 } }
    expect(search(searchQtable({ expectedCos: 0.9999, transformer: true, maxFloatLayers: 1 }), layers).floats).toEqual(['c'])
  })
  it('examines the range of a pinned layer that feeds codes, and does not rank it', () => {
    const space = { ...additiveSpace(thirty, { kl: 2, mse: 0.5 }), pinned: new Map([['l0', 'F16']] as const) }
    const { result } = searchAdditive(searchQtable({ expectedCos: 0.999999 }), space, thirty)
    expect(result.trial.ranges?.has('l0')).toBe(true)
    expect(result.ranking.some(({ layer }) => layer === 'l0')).toBe(false)
  })
})

describe('run_sensitive_layer', () => {
  it('keeps the worst layers in float, however many would be enough', () => {
    expect(search(sensitiveLayer({ maxFloatLayers: 2 }), thirty).floats).toEqual(['l3', 'l7'])
  })
})

describe('fast_search', () => {
  it('adds five layers at a time, and ends when the expected similarity is exceeded', () => {
    expect(search(fastSearch({ expectedCos: 0.99 }), thirty).floats).toEqual(['l20', 'l2', 'l11', 'l7', 'l3'])
  })
})

describe('searches that grow from the front', () => {
  it('run_qtable takes a layer with those that use it', () => {
    expect(search(runQtable({ expectedCos: 0.985, minLayerCos: 0.991 }), thirty).floats).toEqual(['l3', 'l4'])
  })
  it('mix_search takes the layer alone, until there are too many', () => {
    expect(search(mixSearch({ expectedCos: 0.999, minLayerCos: 0.995 }), thirty).floats).toEqual(['l3', 'l7', 'l11'])
    expect(search(mixSearch({ expectedCos: 0.999, minLayerCos: 0.995, maxFloatLayers: 1 }), thirty).floats).toEqual(['l3', 'l7'])
  })
})

describe('race', () => {
  it('finds the fewest layers', () => {
    const { result, floats } = search(race({ expectedCos: 1 - 0.0071 }), thirty)
    expect([floats, result.reached]).toEqual([['l3', 'l7', 'l11'], true])
    expect(result.losses?.losses['cosine']?.mean).toBeCloseTo(all - 0.024, 12)
  })
  it('takes the worst-group loss where no similarity is wanted', () => {
    const { floats, result } = search(race({ mostLoss: 0.0071 }), thirty)
    expect(floats).toEqual(['l3', 'l7', 'l11'])
    expect(Object.keys(result.losses!.losses)).toEqual(['worst-group', 'cosine'])
  })
  it('takes the table of the method that loses least', () => {
    const { result } = search(race({ expectedCos: 1 - 0.004 }), thirty, { kl: 2, mse: 0.5 })
    expect([result.method, result.trial.ranges?.get('l9')?.threshold]).toEqual(['mse', 0.5])
  })
  it('says so when the similarity cannot be reached', () => {
    const { result, floats } = search(race({ expectedCos: 0.9999999 }), thirty)
    expect([result.reached, floats.length]).toEqual([false, 6])
    expect(result.ranking[0]?.layer).toBe('l3')
  })
  it('measures each layer on one sample, half of them on another, a quarter on two more', () => {
    const { steps } = search(race({ expectedCos: 0.9999999 }), thirty)
    const races = steps.filter(({ open = [] }) => open.length > 0).map(({ ask }) => [ask.trials.length, samplesOf(ask, 8).length])
    expect(races).toEqual([
      [30, 1],
      [15, 1],
      [8, 2],
    ])
  })
  it('refuses two targets', () => {
    expect(() => race({ expectedCos: 0.99, mostLoss: 0.1 })).toThrow(expect.objectContaining({ code: 'STRATEGY_OPTION' }))
  })
})

describe('pareto', () => {
  const layers: Layers = {
    cheap: { cost: 0.03, operations: 1 },
    dear: { cost: 0.05, operations: 98 },
    small: { cost: 0.001, operations: 1 },
  }
  it('gives points that are not worse than another in loss, arithmetic and number of layers, the cheapest first', () => {
    const { result } = search(pareto({ metric: 'cosine' }), layers)
    const points = result.front!.map(({ trial, floatShare }) => [[...trial.plan.keys()].sort().join(), floatShare])
    expect(points).toEqual([
      ['', 0],
      ['cheap', 0.01],
      ['cheap,small', 0.02],
      ['dear', 0.98],
      ['cheap,dear', 0.99],
      ['cheap,dear,small', 1],
    ])
    expect(result.reached).toBeUndefined()
  })
  it('returns the cheapest point that reaches the target', () => {
    const { floats, result } = search(pareto({ expectedCos: 0.9495 }), layers)
    expect([floats, result.reached]).toEqual([['cheap', 'small'], true])
  })
})

describe('two-means', () => {
  const layer = (name: string, loss: number, noise = 0) => ({ layer: name, loss, noise })
  it('parts the layers by both losses', () => {
    expect(sensitiveCluster([layer('a', 0.1), layer('b', 0.01), layer('c', 0.02), layer('d', 0.09)])).toEqual(['a', 'd'])
  })
  it('takes all layers when they are alike, and a single one', () => {
    expect(sensitiveCluster([layer('a', 0.1), layer('b', 0.1)])).toEqual(['a', 'b'])
    expect(sensitiveCluster([layer('a', 0.1)])).toEqual(['a'])
    expect(sensitiveCluster([])).toEqual([])
  })
  it('puts a layer whose trial could not be resolved among the sensitive ones', () => {
    expect(sensitiveCluster([layer('a', Number.POSITIVE_INFINITY), layer('b', 0.1)])).toEqual(['a'])
  })
})
