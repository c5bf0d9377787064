import type { Plan, SearchStrategy, Trial } from '../contracts/strategy.ts'

/** The smallest search strategy: has `plan` measured once, for the layers the graph has, pinned ones excepted, and returns it. */
export function fixedStrategy(plan: Plan = new Map()): SearchStrategy {
  return {
    name: 'fixed',
    *search({ layers, pinned }) {
      const names = new Set(layers.map(({ name }) => name))
      const trial: Trial = { plan: new Map([...[...plan].filter(([layer]) => names.has(layer)), ...pinned]) }
      const best = { trial, ranking: [] }
      const [losses] = yield { ask: { trials: [trial], metrics: ['cosine'] }, best, done: 0 }
      return losses === undefined ? best : { ...best, losses }
    },
  }
}
