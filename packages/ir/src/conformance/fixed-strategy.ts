import type { Plan, SearchStrategy } from '../contracts/strategy.ts'
import { layerOf } from '../graph/edges.ts'

/** The smallest search strategy: returns `plan` for the layers the graph has, pinned ones excepted, after having it scored once. */
export function fixedStrategy(plan: Plan = new Map()): SearchStrategy {
  return {
    name: 'fixed',
    *search({ graph, pinned }) {
      const layers = new Set(graph.nodes.map(layerOf))
      const answer: Plan = new Map([...[...plan].filter(([layer]) => layers.has(layer)), ...pinned])
      yield [answer]
      return answer
    },
  }
}
