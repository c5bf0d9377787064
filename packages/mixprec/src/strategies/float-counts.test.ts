import { type SearchSpace, samplesOf, type Trial } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { type AdditiveLayer, additiveSpace, searchAdditive } from './additive-space.ts'
import { fastSearch } from './fast-search.ts'
import { searchQtable } from './search-qtable.ts'
import { sensitiveLayer } from './sensitive-layer.ts'

type Layers = Readonly<Record<string, AdditiveLayer>>

/** Fifty layers, `l0` the worst, each as much better than the one before. */
const fifty: Layers = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`l${i}`, { cost: 1e-4 * (60 - i) }]))
const names = Object.keys(fifty)
/** What is left with the first `count` in float. */
const left = (count: number): number => names.slice(count).reduce((sum, name) => sum + fifty[name]!.cost, 0)
/** A similarity that takes `count` layers. */
const needing = (count: number): number => 1 - left(count) - 1e-6

const search = (options: Parameters<typeof searchQtable>[0], layers: Layers = fifty, more?: (trial: Trial) => number) =>
  searchAdditive(searchQtable(options), additiveSpace(layers), layers, more)

describe('search_qtable, how many layers', () => {
  it('are as few as exceed the similarity, from the number that is picked first on, found by halving', () => {
    for (const maxFloatLayers of [1, 3, 9, 10]) {
      for (let need = 1; need <= 10; need++) {
        const { floats, result, steps } = search({ expectedCos: needing(need), maxFloatLayers })
        expect(floats, `${need} of ${maxFloatLayers}`).toEqual(names.slice(0, Math.max(need, maxFloatLayers)))
        expect([result.reached, result.losses!.losses['cosine']!.mean]).toEqual([true, expect.closeTo(left(floats.length), 12)])
        const sets = steps.filter(({ ask }) => ask.trials[0]!.plan.size <= 10 && ask.samples === undefined).length - 1
        expect(sets).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(10)))
      }
    }
  })

  it('are a fifth of the open ones where that is missed, rounded down, and the number picked first where that is more', () => {
    expect(search({ expectedCos: needing(11), maxFloatLayers: 2 }).floats).toEqual(names.slice(0, 10))
    expect(search({ expectedCos: needing(30), maxFloatLayers: 14 }).floats).toEqual(names.slice(0, 14))
    const fewer = Object.fromEntries(names.slice(0, 49).map((name) => [name, fifty[name]!]))
    expect(search({ expectedCos: 1, maxFloatLayers: 2 }, fewer).floats).toEqual(names.slice(0, 9))
  })

  it('are those of the best set that was measured, all in codes included', () => {
    // More than two in float lose more and more.
    const quarrel = ({ plan }: Trial) => 0.1 * Math.max(0, plan.size - 2) * (plan.size <= 10 ? 1 : 0)
    expect(search({ expectedCos: 0.99999, maxFloatLayers: 2 }, fifty, quarrel).floats).toEqual(['l0', 'l1'])
    const worse = ({ plan }: Trial) => (plan.size > 0 && plan.size <= 10 ? 1 : 0)
    const { floats, result } = search({ expectedCos: 0.99999, maxFloatLayers: 2 }, fifty, worse)
    expect([floats, result.reached]).toEqual([[], false])
  })

  it('are told in the log: which are picked, how similar each set is, and the similarities before and after', () => {
    const { notes } = search({ expectedCos: needing(2), maxFloatLayers: 1, model: 'm.mlir', qtable: 'q.table' })
    expect(notes).toContain("set_fp_layer_list = ['l0']")
    expect(notes).toContain('the layer l0 is 0 sensitive layer, loss is 0.006, type is top.Conv')
    expect(notes).toContain('the layer l49 is 49 sensitive layer, loss is 0.0011, type is top.Conv')
    expect(notes).toContain('all layer number: 51')
    expect(notes).toContain('all layer number no float: 50')
    expect(notes).toContain('all search layer number: 50')
    const end = notes.indexOf('>>>run result:')
    expect(notes.slice(end + 1)).toEqual([
      `float layer number: 2, mix model outputs_cos: ${(1 - left(2)).toFixed(6)}`,
      `int8 outputs_cos:${(1 - left(0)).toFixed(6)} old`,
      `mix model outputs_cos:${(1 - left(2)).toFixed(6)}`,
      'Output mix quantization table to q.table',
      'total time:',
    ])
    // The ranking is told once.
    expect(notes.filter((note) => note.includes(' sensitive layer, loss is'))).toHaveLength(50)
  })

  it('are counted from a cluster, however many it has', () => {
    const layers: Layers = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`l${i}`, { cost: i < 4 ? 0.1 : 0.001 }]))
    const { floats, notes, result } = search({ cluster: true, expectedCos: 0.99, maxFloatLayers: 2 }, layers)
    expect(floats).toEqual(['l0', 'l1', 'l2', 'l3'])
    expect(notes).toContain("selected_layers = ['l0', 'l1', 'l2', 'l3']")
    expect(result.reached).toBe(true)
  })
})

describe('layers that the type filter left out', () => {
  const convs = (count: number, cost: number): Layers => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, { cost }]))

  it('are not put in front where there are more of them than a fifth of all; all layers are examined then', () => {
    const many = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`m${i}`, { type: 'top.MatMul', cost: 1.5e-4 }]))
    const { floats, notes, result } = search({ expectedCos: 0.999, maxFloatLayers: 1 }, { ...convs(20, 1e-4), ...many })
    expect(floats).toEqual(['m0', 'm1', 'm2', 'm3', 'm4'])
    expect(notes.filter((note) => note.startsWith('layers that were not searched'))).toEqual([
      'layers that were not searched are examined, too: all search layer number: 26',
    ])
    expect([result.ranking.length, result.ranking[0]!.layer]).toEqual([26, 'm0'])
  })

  it('are not examined where the target is reached without them', () => {
    const many = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`m${i}`, { type: 'top.MatMul', cost: 1e-5 }]))
    const { floats, steps } = search({ expectedCos: 1 - 1.2e-3, maxFloatLayers: 9 }, { ...convs(20, 1e-4), ...many })
    expect(floats).toHaveLength(9)
    const alone = steps.flatMap(({ ask }) => ask.trials).filter(({ plan }) => plan.size === 25)
    expect(alone).toEqual([])
  })

  it('are tried one type after the other, the worst first, and stay in front where they help', () => {
    const layers: Layers = {
      ...convs(30, 1e-4),
      m: { type: 'top.MatMul', cost: 4e-4 },
      a: { type: 'top.Add', cost: 8e-4 },
      s: { type: 'top.Sub', cost: 1e-6 },
    }
    const { floats, result, notes } = search({ expectedCos: 1 - (30 - 4) * 1e-4 - 2e-6, maxFloatLayers: 2 }, layers)
    expect(notes.filter((note) => note.startsWith('layers that were not searched'))).toEqual([
      "layers that were not searched in front: ['a']",
      "layers that were not searched in front: ['m']",
    ])
    expect([floats, result.reached]).toEqual([['m', 'a', 'c0', 'c1', 'c2', 'c3'], true])
  })

  it('are let be as soon as the similarity is exceeded', () => {
    const layers: Layers = { ...convs(30, 1e-4), m: { type: 'top.MatMul', cost: 4e-4 }, a: { type: 'top.Add', cost: 8e-4 } }
    const { floats, notes } = search({ expectedCos: 1 - (30 - 5) * 1e-4 - 4.01e-4, maxFloatLayers: 2 }, layers)
    expect(floats[0]).toBe('a')
    expect(notes.filter((note) => note.startsWith('layers that were not searched'))).toHaveLength(1)
  })
})

describe('layers whose mode is decided', () => {
  it('stay as they are, are not picked and not counted', () => {
    const space: SearchSpace = { ...additiveSpace(fifty), pinned: new Map([['l0', 'F16']] as const) }
    const { floats, notes } = searchAdditive(searchQtable({ expectedCos: needing(3), maxFloatLayers: 1 }), space, fifty)
    expect(floats).toEqual(['l0', 'l1', 'l2'])
    expect(notes).toContain('all layer number no float: 49')
    expect(notes).toContain(`float layer number: 2, mix model outputs_cos: ${(1 - left(3)).toFixed(6)}`)
  })
})

describe('run_sensitive_layer', () => {
  it('keeps all in codes where that is no worse than its worst layers in float', () => {
    const worse = ({ plan }: Trial) => (plan.size > 0 && plan.size < 10 ? 1 : 0)
    const found = searchAdditive(sensitiveLayer({ expectedCos: 0.99999, maxFloatLayers: 3 }), additiveSpace(fifty), fifty, worse)
    expect([found.floats, found.result.reached, found.result.ranking[0]!.layer]).toEqual([[], false, 'l0'])
    expect(found.notes).toContain(`mix model outputs_cos:${(1 - left(0)).toFixed(6)}`)
  })
  it('does nothing where all in codes are similar enough', () => {
    const { floats, notes, steps, result } = searchAdditive(sensitiveLayer({ expectedCos: 0.5 }), additiveSpace(fifty), fifty)
    expect([floats, steps.length, result.reached]).toEqual([[], 1, true])
    expect(notes.at(-1)).toMatch(/,no need for mix precsion$/)
  })
  it('takes the better of the thresholds layer by layer and of the table', () => {
    // Alone a larger threshold loses less; together those of the table do.
    const more = ({ plan, ranges }: Trial) => (plan.size === 2 && (ranges?.size ?? 0) > 0 ? 0.3 : 0)
    const space = additiveSpace(fifty, { kl: 0.5 })
    const found = searchAdditive(sensitiveLayer({ expectedCos: 0.99999, maxFloatLayers: 2 }), space, fifty, more)
    expect([found.floats, found.result.trial.ranges]).toEqual([['l0', 'l1'], undefined])
    expect(found.notes.some((note) => note.startsWith('the thresholds of the calibration table are better together'))).toBe(true)
  })
})

describe('fast_search', () => {
  const search = (options: Parameters<typeof fastSearch>[0], layers: Layers, more?: (trial: Trial) => number) =>
    searchAdditive(fastSearch(options), additiveSpace(layers), layers, more)

  it('goes from sample to sample, and ends with more than a fifth of the layers in float', () => {
    const { floats, result, steps } = search({ expectedCos: 0.9999 }, fifty)
    expect(new Set(floats)).toEqual(new Set(names.slice(0, 15)))
    expect(result.reached).toBe(false)
    const rounds = steps.filter(({ ask }) => ask.metrics.includes('noise')).map(({ ask }) => [samplesOf(ask, 8)[0], ask.trials.length])
    expect(rounds).toEqual([
      [0, 50],
      [1, 45],
      [2, 40],
    ])
  })
  it('ends where a round wins little, and keeps the best', () => {
    const flat: Layers = Object.fromEntries(names.map((name, i) => [name, { cost: i < 5 ? 0.01 : 1e-6 * (60 - i) }]))
    expect(new Set(search({ expectedCos: 0.9999 }, flat).floats)).toEqual(new Set(names.slice(0, 10)))
    const worse = ({ plan }: Trial) => (plan.size === 10 ? 0.5 : 0)
    expect(new Set(search({ expectedCos: 0.9999 }, flat, worse).floats)).toEqual(new Set(names.slice(0, 5)))
  })
})
