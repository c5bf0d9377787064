import {
  defineTarget,
  graph,
  layerOf,
  type QuantMode,
  type Question,
  type SearchResult,
  type SearchSpace,
  type SearchStrategy,
  type Trial,
  type TrialLosses,
} from '@q/ir'
import { strategyConformance } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { worstFirst } from './worst-first.ts'

strategyConformance({ runner: { describe, it }, create: () => worstFirst() })
strategyConformance({ runner: { describe, it }, create: () => worstFirst({ share: 1, mostLayers: 1 }) })

const factor = { kind: 'scale-shift', bits: 32 } as const
const codes = {
  kind: 'integer',
  activations: { bits: 8, sign: 'signed', zeroPoint: 'none' },
  weights: { bits: 8, sign: 'signed', zeroPoint: 'none' },
  multipliers: { sum: factor, operand: factor, product: factor, cast: factor },
  rounding: { requantize: 'half-up', cast: 'half-up', weight: 'half-up' },
} as const
const target = defineTarget({
  name: 'tiny',
  modes: ['INT8', 'F16'],
  schemes: { INT8: codes, F16: { kind: 'float', dtype: 'f16' } },
  defaultFloat: 'F16',
  floatModes: ['F16'],
  ops: { Relu: { INT8: 'INT8', F16: 'F16' }, Abs: { INT8: 'INT8' } },
  rangeSteps: [],
  tolerance: {},
})
const net = graph`x: f32[4]; a = Relu(x); b = Relu(a); c = Abs(b); d = Relu(c)`
const modesOf: Readonly<Record<string, readonly QuantMode[]>> = { Relu: ['INT8', 'F16'], Abs: ['INT8'] }
const space: SearchSpace = {
  graph: net,
  target,
  layers: net.nodes.map((node) => ({ name: layerOf(node), type: node.op, modes: modesOf[node.op]!, hasCodes: true, operations: 4 })),
  mode: 'INT8',
  floatMode: 'F16',
  pinned: new Map(),
  table: new Map(),
  methods: new Map(),
  samples: 3,
}

/** Losses add up: each layer in integers costs its own. */
const costs: Readonly<Record<string, number>> = { a: 1, b: 6, c: 10, d: 3 }
const loss = ({ plan }: Trial): number =>
  Object.keys(costs).reduce((sum, layer) => sum + (plan.get(layer) === 'F16' ? 0 : costs[layer]!), 0)

function search(
  strategy: SearchStrategy,
  from: SearchSpace,
  lossOf = loss,
): { readonly result: SearchResult; readonly questions: readonly Question[] } {
  const answer = (trial: Trial): TrialLosses => ({
    losses: { cosine: { mean: lossOf(trial), samples: [lossOf(trial)], outputs: [] } },
    layers: new Map(),
  })
  const steps = strategy.search(from)
  const questions: Question[] = []
  let step = steps.next()
  while (step.done !== true) {
    questions.push(step.value.ask)
    step = steps.next(step.value.ask.trials.map(answer))
  }
  return { result: step.value, questions }
}

const planOf = (strategy: SearchStrategy, from = space, lossOf = loss) => search(strategy, from, lossOf).result.trial.plan

describe('worstFirst', () => {
  it('keeps the worst layers in float until the share is won', () => {
    // b, d and a can win 6 + 3 + 1; the first two win nine tenths of it.
    expect([...planOf(worstFirst({ share: 0.9 }))]).toEqual([
      ['b', 'F16'],
      ['d', 'F16'],
    ])
    expect([...planOf(worstFirst({ share: 0.5 }))]).toEqual([['b', 'F16']])
    expect([...planOf(worstFirst({ share: 1 })).keys()]).toEqual(['b', 'd', 'a'])
  })
  it('ranks layers by what they cost in integers', () => {
    expect(search(worstFirst(), space).result.ranking).toEqual([
      { layer: 'b', loss: 6 },
      { layer: 'd', loss: 3 },
      { layer: 'a', loss: 1 },
    ])
  })
  it('ranks on one sample and measures what it returns on all', () => {
    const { result, questions } = search(worstFirst(), space)
    expect(questions.map(({ samples, precision }) => [samples, precision])).toEqual([
      [{ first: 0, count: 1 }, 'fast'],
      [undefined, undefined],
    ])
    expect(result.losses?.losses['cosine']?.mean).toBe(11)
  })
  it('asks for no more trials than it says', () => {
    const asked = search(worstFirst(), space).questions.reduce((sum, { trials }) => sum + trials.length, 0)
    expect(asked).toBeLessThanOrEqual(4 + 8 + 2)
  })
  it('leaves everything in integers when float wins nothing', () => {
    expect(planOf(worstFirst(), space, () => 5).size).toBe(0)
  })
  it('stops at the most layers', () => {
    expect([...planOf(worstFirst({ share: 1, mostLayers: 1 })).keys()]).toEqual(['b'])
  })
  it('does not touch what is pinned', () => {
    expect([...planOf(worstFirst({ share: 1 }), { ...space, pinned: new Map([['b', 'INT8']]) })]).toEqual([
      ['b', 'INT8'],
      ['d', 'F16'],
      ['a', 'F16'],
    ])
  })
  it.each([[{ share: 0 }], [{ share: 2 }], [{ mostLayers: 0 }], [{ mostLayers: 1.5 }]])('refuses %o', (options) => {
    expect(() => worstFirst(options)).toThrow(expect.objectContaining({ code: 'STRATEGY_OPTION', kind: 'usage' }))
  })
})
