import type { Trial } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { type AdditiveLayer, additiveSpace, searchAdditive } from './additive-space.ts'
import { mixSearch } from './mix-search.ts'
import { runQtable } from './run-qtable.ts'

type Layers = Readonly<Record<string, AdditiveLayer>>

const chain = (costs: readonly number[], types: Readonly<Record<number, string>> = {}): Layers =>
  Object.fromEntries(costs.map((cost, i) => [`l${i}`, { cost, ...(types[i] === undefined ? {} : { type: types[i] }) }]))
const search = (strategy: Parameters<typeof searchAdditive>[0], layers: Layers, more?: (trial: Trial) => number) =>
  searchAdditive(strategy, additiveSpace(layers), layers, more)
const filler = (count: number) => Array.from({ length: count }, () => 1e-5)

describe('a walk from the front', () => {
  it('takes layers whose own result is less similar than wanted, in the order of the graph', () => {
    const layers = chain([0.02, 0.001, 0.03, 0.05, ...filler(20)])
    const { floats, result, steps } = search(mixSearch({ expectedCos: 0.9999, minLayerCos: 0.99, maxFloatLayers: 9 }), layers)
    expect([floats, result.reached]).toEqual([['l0', 'l2', 'l3'], false])
    // The layers' own results are asked for anew whenever one has become float, the outputs when one may.
    expect(steps.map(({ ask }) => (ask.outputs === false ? [...ask.trials[0]!.plan.keys()].join() : ask.trials[0]!.plan.size))).toEqual([
      0,
      '',
      1,
      'l0',
      2,
      'l0,l2',
      3,
      'l0,l2,l3',
    ])
  })

  it('ends when the outputs are similar enough', () => {
    const layers = chain([0.02, 0.03, 0.05, 0.02, ...filler(20)])
    const { floats, result } = search(mixSearch({ expectedCos: 1 - 0.0203, minLayerCos: 0.99, maxFloatLayers: 9 }), layers)
    expect([floats, result.reached]).toEqual([['l0', 'l1', 'l2'], true])
  })

  it('takes a layer back that makes the outputs less similar than all codes are, and keeps one that makes them no less so', () => {
    const layers = chain([0.02, 0.03, 0.05, ...filler(20)])
    const harm = ({ plan }: Trial) => (plan.has('l1') ? 0.2 : 0)
    expect(search(mixSearch({ expectedCos: 0.9999, minLayerCos: 0.99 }), layers, harm).floats).toEqual(['l0', 'l2'])
    const even = ({ plan }: Trial) => (plan.has('l0') ? 0.02 : 0)
    expect(search(mixSearch({ expectedCos: 0.9999, minLayerCos: 0.99 }), layers, even).floats).toEqual(['l0', 'l1', 'l2'])
  })

  it('returns the most similar that it saw', () => {
    const layers = chain([0.02, 0.03, 0.05, ...filler(20)])
    const late = ({ plan }: Trial) => (plan.size === 3 ? 0.09 : 0)
    expect(search(mixSearch({ expectedCos: 0.9999, minLayerCos: 0.99 }), layers, late).floats).toEqual(['l0', 'l1'])
  })

  it('never looks at Softmax, nor at what is decided', () => {
    const layers = chain([0.02, 0.03, 0.05, ...filler(20)], { 1: 'top.Softmax' })
    const space = { ...additiveSpace(layers), pinned: new Map([['l0', 'F16']] as const) }
    const { floats, steps, result } = searchAdditive(mixSearch({ expectedCos: 0.9999, minLayerCos: 0.99 }), space, layers)
    expect(floats).toEqual(['l0', 'l2'])
    for (const { ask } of steps) for (const layer of ask.layers ?? []) expect(['l0', 'l1']).not.toContain(layer)
    expect(result.ranking.map(({ layer }) => layer)).not.toContain('l0')
  })

  it('ranks the layers it looked at by what their own result loses, and tells which it did not come to', () => {
    const layers = chain([0.02, 0.001, 0.03, ...filler(20)])
    const { result, steps } = search(mixSearch({ expectedCos: 1 - 0.0015, minLayerCos: 0.99 }), layers)
    expect(result.ranking).toEqual([
      { layer: 'l2', loss: expect.closeTo(0.03, 12) },
      { layer: 'l0', loss: expect.closeTo(0.02, 12) },
      { layer: 'l1', loss: expect.closeTo(0.001, 12) },
    ])
    expect(steps.at(-1)!.open).toEqual(Object.keys(layers).slice(3))
    expect(result.reached).toBe(true)
  })

  it('ends with a quarter of all operators, inputs included, or with the limit of mix_search', () => {
    const layers = chain(Array.from({ length: 19 }, () => 0.02))
    expect(search(runQtable({ expectedCos: 0.9999 }), layers).floats).toHaveLength(6)
    expect(search(mixSearch({ expectedCos: 0.9999, maxFloatLayers: 9 }), layers).floats).toHaveLength(6)
    expect(search(mixSearch({ expectedCos: 0.9999, maxFloatLayers: 3 }), layers).floats).toHaveLength(4)
  })

  it('prints the loss table, the least similar layer first, and the similarities', () => {
    const layers = chain([0.02, 0.001, 0.03, ...filler(20)])
    const { notes } = search(mixSearch({ expectedCos: 1 - 0.0015, minLayerCos: 0.99, qtable: 'q' }), layers)
    expect(notes.slice(notes.indexOf('>>>run result:'))).toEqual([
      '>>>run result:',
      `No.0   : Layer: ${'l2'.padEnd(50)}\t\t\tCos: 0.970000`,
      `No.1   : Layer: ${'l0'.padEnd(50)}\t\t\tCos: 0.980000`,
      `No.2   : Layer: ${'l1'.padEnd(50)}\t\t\tCos: 0.999000`,
      'int8 outputs_cos:0.948800 old',
      'mix model outputs_cos:0.998800',
      'Output mix quantization table to q',
      'total time:',
    ])
  })

  it('does nothing where all codes are similar enough, and says what was decided', () => {
    const layers = chain([0.02, ...filler(20)])
    const space = { ...additiveSpace(layers), pinned: new Map([['l1', 'F16']] as const) }
    const mix = searchAdditive(mixSearch({ expectedCos: 0.9 }), space, layers)
    expect([mix.floats, mix.steps.length, mix.notes.at(-1)]).toEqual([['l1'], 1, expect.stringMatching(/ with layers:\['l1'\]$/)])
    expect(searchAdditive(runQtable({ expectedCos: 0.9 }), space, layers).notes.at(-1)).toMatch(/,no need for mix precsion$/)
  })
})

describe('run_qtable', () => {
  it('takes what only moves data along behind a float layer, and no other', () => {
    const layers = chain([0.02, 1e-5, 1e-5, 1e-5, 1e-5, ...filler(20)], { 2: 'top.Reshape', 3: 'top.MaxPool', 4: 'top.Add' })
    // The layer with the one that uses it, and what follows.
    const { result, steps } = search(runQtable({ expectedCos: 0.99999, minLayerCos: 0.99 }), layers)
    expect([...result.trial.plan.keys()]).toEqual(['l0', 'l1'])
    const later = chain([0.02, 1e-5, 1e-5, 1e-5, 1e-5, 0.02, ...filler(20)], { 2: 'top.Reshape', 3: 'top.MaxPool', 4: 'top.Add' })
    expect(search(runQtable({ expectedCos: 0.9999, minLayerCos: 0.99 }), later).floats).toEqual(['l0', 'l1', 'l2', 'l3', 'l5', 'l6'])
    expect(steps.length).toBeGreaterThan(2)
  })
})

describe('mix_search', () => {
  it('takes the layers along that the chip has swallowed: those right before without a value of their own', () => {
    const layers: Layers = { a: { cost: 1e-5 }, b: { cost: 1e-5 }, c: { cost: 0.02 }, d: { cost: 1e-5 }, ...chain(filler(20)) }
    const space = additiveSpace(layers)
    const strategy = mixSearch({ expectedCos: 0.99999, minLayerCos: 0.99 })
    // A network in which `b` has no value: it is not told.
    const search = strategy.search(space)
    let step = search.next()
    while (step.done !== true) {
      const { ask } = step.value
      step = search.next(
        ask.trials.map(({ plan }) => {
          const mean = Object.keys(layers).reduce((sum, name) => sum + (plan.has(name) ? 0 : layers[name]!.cost), 0)
          const told = (ask.layers ?? []).filter((name) => name !== 'b')
          return {
            losses: { cosine: { mean, samples: [mean], outputs: [] } },
            layers: new Map(told.map((name) => [name, { cosine: plan.has(name) ? 0 : layers[name]!.cost }])),
          }
        }),
      )
    }
    expect([...step.value.trial.plan.keys()]).toEqual(['b', 'c'])
  })
})
