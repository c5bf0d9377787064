import type { SearchLayer, SearchResult } from '@q/ir'
import { describe, expect, it } from 'vitest'
import type { Found } from './search-model.ts'
import { isReached } from './search-summary.ts'

const layer = (name: string, hasCodes = true): SearchLayer => ({ name, type: 'top.Conv', modes: ['INT8', 'F16'], hasCodes, operations: 1 })
const lossesOf = (mean: number): SearchResult['losses'] => ({
  losses: { cosine: { mean, samples: [mean], outputs: [] } },
  layers: new Map(),
})

function foundOf(result: Partial<SearchResult>): Found {
  const space = { layers: [layer('a'), layer('b'), layer('shape', false)], pinned: new Map(), mode: 'INT8', floatMode: 'F16' }
  const outcome = { result: { trial: { plan: new Map() }, ranking: [], ...result }, ended: 'finished', open: [], questions: 0, trials: 0 }
  return { space, outcome, lines: [], toldBefore: 0, seconds: 0 } as unknown as Found
}

describe('a target', () => {
  it('is reached by what was measured, whatever a strategy says', () => {
    const good = foundOf({ losses: lossesOf(0.001)!, reached: false })
    expect(isReached(good, { expectedCos: 0.99 })).toBe(true)
    expect(isReached(foundOf({ losses: lossesOf(0.1)!, reached: true }), { expectedCos: 0.99 })).toBe(false)
    expect(isReached(good, { mostLoss: { metric: 'cosine', loss: 0.001 } })).toBe(true)
    expect(isReached(good, { mostLoss: { metric: 'cosine', loss: 0.0005 } })).toBe(false)
  })

  it('is not reached where nothing was measured by its metric', () => {
    expect(isReached(foundOf({ reached: true }), { expectedCos: 0 })).toBe(false)
    expect(isReached(foundOf({ losses: lossesOf(0)! }), { mostLoss: { metric: 'sqnr', loss: 300 } })).toBe(false)
  })

  it('is the strategy`s own where the user wants nothing', () => {
    expect([isReached(foundOf({}), {}), isReached(foundOf({ reached: false }), {})]).toEqual([undefined, false])
  })
})
