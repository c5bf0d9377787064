import type { SearchSpace, SearchStrategy } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { createEvaluator } from '../evaluator/create-evaluator.ts'
import { toyChip } from '../fixtures/toy-chip.ts'
import { createToyExecutor } from '../fixtures/toy-executor.ts'
import { onlyInCodes, toyNetwork, toySamples, toyTable } from '../fixtures/toy-network.ts'
import { describeLayers } from '../layers/describe-layers.ts'
import { mixSearch } from '../strategies/mix-search.ts'
import { pareto } from '../strategies/pareto.ts'
import { race } from '../strategies/race.ts'
import { searchQtable } from '../strategies/search-qtable.ts'
import { runSearch } from './run-search.ts'

const source = { graph: toyNetwork, table: toyTable, backend: toyChip, settings: { mode: 'INT8' } }
const space: SearchSpace = {
  graph: toyNetwork,
  target: toyChip.target,
  layers: describeLayers(source),
  mode: 'INT8',
  floatMode: 'F32',
  pinned: new Map([['a', 'F32']]),
  table: toyTable,
  methods: new Map(),
  samples: toySamples.count,
}
const plan = space.pinned
const trial = { plan }
const best = { trial, ranking: [] }
const ask = { trials: [trial], metrics: ['cosine'] }
const row = { threshold: 1, min: -1, max: 1 }

const search = (strategy: SearchStrategy, within = space) =>
  runSearch(strategy, within, createEvaluator({ ...source, samples: toySamples, executors: { exact: createToyExecutor() } }))

/** A strategy that says one thing. */
const saying = (step: unknown, result: unknown = best) =>
  ({
    name: 'saying',
    *search() {
      if (step !== undefined) yield step
      return result
    },
  }) as unknown as SearchStrategy

const asking = (more: object) => ({ ask: { ...ask, ...more }, best })
const steps: readonly (readonly [name: string, step: unknown, ...at: string[]])[] = [
  ['no step', 5],
  ['no question', { best }, 'ask'],
  ['no best', { ask }, 'best'],
  ['no trial', asking({ trials: [] }), 'ask', 'trials'],
  ['no metric', asking({ metrics: [] }), 'ask', 'metrics'],
  ['an unknown metric', asking({ metrics: ['foo'] }), 'ask', 'metrics'],
  ['an unknown layer to look at', asking({ layers: ['nix'] }), 'ask', 'layers'],
  ['nothing to compare', asking({ outputs: false }), 'ask'],
  ['more samples than there are', asking({ samples: { first: 0, count: 99 } }), 'ask', 'samples'],
  ['a part of a sample', asking({ samples: { first: 0.5, count: 1 } }), 'ask', 'samples'],
  ['samples without number', asking({ samples: { first: 0, count: Number.NaN } }), 'ask', 'samples'],
  ['no samples', asking({ samples: [] }), 'ask', 'samples'],
  ['a sample that is not there', asking({ samples: [0, 99] }), 'ask', 'samples'],
  ['a sample before the first', asking({ samples: [-1] }), 'ask', 'samples'],
  ['a sample twice', asking({ samples: [1, 0, 1] }), 'ask', 'samples'],
  ['another precision', asking({ precision: 'swift' }), 'ask', 'precision'],
  ['notes without text', { ask, best, notes: [null] }, 'notes'],
  ['unknown layers as open', { ask, best, open: ['nix'] }, 'open'],
  ['a share that is none', { ask, best, done: 'half' }, 'done'],
  [
    'what cannot be read',
    {
      get ask() {
        throw new Error('no')
      },
    },
  ],
]
const offering = (more: object) => ({ ...best, ...more })
const ranged = (range: unknown, layer = 'c') => offering({ trial: { plan, ranges: new Map([[layer, range]]) } })
const results: readonly (readonly [name: string, result: unknown, ...at: string[]])[] = [
  ['nothing', null],
  ['no trial', { ranking: [] }, 'trial'],
  ['a plan that is no Map', offering({ trial: { plan: { c: 'F32' } } }), 'trial', 'plan'],
  ['an unknown layer', offering({ trial: { plan: new Map([...plan, ['nix', 'F32']]) } }), 'trial', 'plan'],
  ['a mode that the layer does not have', offering({ trial: { plan: new Map([...plan, ['c', 'INT3']]) } }), 'trial', 'plan', 'c'],
  ['a plan without what is pinned', offering({ trial: { plan: new Map() } }), 'trial', 'plan', 'a'],
  ['a range of an unknown layer', ranged(row, 'nix'), 'trial', 'ranges'],
  ['a threshold that is no number', ranged({ ...row, threshold: Number.NaN }), 'trial', 'ranges', 'c', 'threshold'],
  ['a threshold below zero', ranged({ ...row, threshold: -1 }), 'trial', 'ranges', 'c', 'threshold'],
  ['an endless range', ranged({ ...row, max: Infinity }), 'trial', 'ranges', 'c', 'max'],
  ['a range upside down', ranged({ ...row, min: 2 }), 'trial', 'ranges', 'c'],
  ['no ranking', { trial }, 'ranking'],
  ['a loss that is no number', offering({ ranking: [{ layer: 'c', loss: Number.NaN }] }), 'ranking[0]', 'loss'],
  ['a ranked layer that is no name', offering({ ranking: [{ layer: 7, loss: 1 }] }), 'ranking[0]', 'layer'],
  ['a front without trials', offering({ front: [{}] }), 'front', '0', 'trial'],
]

describe('what a strategy says', () => {
  it.each(steps)('in a step is refused with its place: %s', async (_, step, ...at) => {
    await expect(search(saying(step))).rejects.toMatchObject({ code: 'STRATEGY_INVALID', at: ['saying', 'step 1', ...at] })
  })

  it.each(results)('in its result is refused with its place: %s', async (_, result, ...at) => {
    await expect(search(saying(undefined, result))).rejects.toMatchObject({
      code: 'STRATEGY_INVALID',
      at: ['saying', 'step 1', 'result', ...at],
    })
    await expect(search(saying({ ask, best: result }))).rejects.toMatchObject({ at: ['saying', 'step 1', 'best', ...at] })
  })

  it('is taken where it is right', async () => {
    const { result } = await search(saying({ ask, best, open: ['b'], done: 0.5, notes: [{ text: 'on' }] }, ranged(row)))
    expect(result.losses!.losses['cosine']!.mean).toBeGreaterThan(0)
  })
})

describe('losses of a result', () => {
  const worse = onlyInCodes('c', 'd')
  /** Tells losses of something else as those of its result. */
  const lying = (other: object, claims: (losses: unknown) => object = (losses) => ({ losses })) =>
    ({
      name: 'lying',
      *search() {
        const [losses] = (yield { ask: { ...ask, ...other }, best }) as unknown[]
        return { trial: worse, ranking: [], reached: true, ...claims(losses) }
      },
    }) as unknown as SearchStrategy
  const told = async () => {
    const [losses] = await createEvaluator({ ...source, samples: toySamples, executors: { exact: createToyExecutor() } }).ask({
      trials: [worse],
      metrics: ['cosine'],
    })
    return losses
  }

  it.each([
    ['of another trial', { trials: [onlyInCodes()] }],
    ['of one sample', { trials: [worse], samples: { first: 0, count: 1 } }],
    ['that were only ranked', { trials: [worse], precision: 'fast' }],
  ])('%s are not believed', async (_, other) => {
    expect((await search(lying(other))).result.losses).toEqual(await told())
  })

  it('that are made up are not believed, nor those of a front, nor its share of arithmetic', async () => {
    const { result } = await search(lying({}, (losses) => ({ losses: { losses: {} }, front: [{ trial: worse, losses, floatShare: 0 }] })))
    expect([result.losses, result.front![0]!.losses]).toEqual([await told(), await told()])
    expect(result.front![0]!.floatShare).toBeGreaterThan(0)
  })

  it('are not there when the time was over: the last that was measured is returned', async () => {
    const halfway: SearchStrategy = {
      name: 'halfway',
      *search() {
        const [losses] = yield { ask: { trials: [worse], metrics: ['cosine'] }, best }
        yield { ask: { trials: [trial], metrics: ['cosine'] }, best: { trial: worse, ranking: [], losses: losses! } }
        yield { ask: { trials: [onlyInCodes('d')], metrics: ['cosine'] }, best: { trial: onlyInCodes('d'), ranking: [] } }
        return best
      },
    }
    let [asked, time] = [0, 0]
    const evaluator = createEvaluator({ ...source, samples: toySamples, executors: { exact: createToyExecutor() } })
    const { result, ended } = await runSearch(halfway, space, evaluator, {
      budget: { endsAt: 1, now: () => time },
      onEvent: ({ kind }) => {
        if (kind === 'question' && ++asked === 3) time = 1
      },
    })
    expect([ended, result.trial, result.losses]).toEqual(['budget', worse, await told()])
  })
})

it.each([race({ expectedCos: 1 }), pareto(), searchQtable({ expectedCos: 1 }), mixSearch({ expectedCos: 1 })])(
  'our own $name says what is right, also where few layers are open',
  async (strategy) => {
    const names = space.layers.map(({ name }) => name)
    for (const open of [0, 1, 2]) {
      const pinned = new Map(names.slice(open).map((name) => [name, 'F32'] as const))
      const methods = new Map([['wide', new Map([...toyTable].map(([name, range]) => [name, { ...range, threshold: 3 }]))]])
      const { ended } = await search(strategy, { ...space, pinned, methods })
      expect(ended).toBe('finished')
    }
  },
)
