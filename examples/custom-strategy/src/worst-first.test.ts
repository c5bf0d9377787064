import { defineTarget, graph, type Plan, type SearchSpace, type SearchStrategy } from '@q/ir'
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
const space: SearchSpace = { graph: net, target, pinned: new Map() }

/** Losses add up: each layer in integers costs its own. */
const costs: Readonly<Record<string, number>> = { a: 1, b: 6, c: 10, d: 3 }
const loss = (plan: Plan): number => Object.keys(costs).reduce((sum, layer) => sum + (plan.get(layer) === 'F16' ? 0 : costs[layer]!), 0)

function search(strategy: SearchStrategy, from: SearchSpace, lossOf = loss): { readonly plan: Plan; readonly scored: number } {
  const steps = strategy.search(from)
  let step = steps.next()
  let scored = 0
  while (step.done !== true) {
    scored += step.value.length
    step = steps.next(step.value.map((plan) => ({ loss: lossOf(plan) })))
  }
  return { plan: step.value, scored }
}

describe('worstFirst', () => {
  it('keeps the worst layers in float until the share is won', () => {
    // b, d and a can win 6 + 3 + 1; the first two win nine tenths of it.
    expect([...search(worstFirst({ share: 0.9 }), space).plan]).toEqual([
      ['b', 'F16'],
      ['d', 'F16'],
    ])
    expect([...search(worstFirst({ share: 0.5 }), space).plan]).toEqual([['b', 'F16']])
    expect([...search(worstFirst({ share: 1 }), space).plan.keys()]).toEqual(['b', 'd', 'a'])
  })
  it('scores no more plans than it says', () => {
    expect(search(worstFirst(), space).scored).toBeLessThanOrEqual(4 + 8 + 1)
  })
  it('leaves everything in integers when float wins nothing', () => {
    expect(search(worstFirst(), space, () => 5).plan.size).toBe(0)
  })
  it('stops at the most layers', () => {
    expect([...search(worstFirst({ share: 1, mostLayers: 1 }), space).plan.keys()]).toEqual(['b'])
  })
  it('does not touch what is pinned', () => {
    const { plan } = search(worstFirst({ share: 1 }), { ...space, pinned: new Map([['b', 'INT8']]) })
    expect([...plan]).toEqual([
      ['b', 'INT8'],
      ['d', 'F16'],
      ['a', 'F16'],
    ])
  })
  it.each([[{ share: 0 }], [{ share: 2 }], [{ mostLayers: 0 }], [{ mostLayers: 1.5 }]])('refuses %o', (options) => {
    expect(() => worstFirst(options)).toThrow(expect.objectContaining({ code: 'STRATEGY_OPTION', kind: 'usage' }))
  })
})
