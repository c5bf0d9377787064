import type { Plan } from '../contracts/strategy.ts'
import { layerOf } from '../graph/edges.ts'
import type { Graph } from '../graph/types.ts'

/**
 * The plan with entries for the layers a back end's rewrites made: a node under a name that the float graph does not have
 * is in the mode of the layer it comes from, the first of its `origin` (a matrix product cut into three keeps its entry).
 */
export function inheritPlan(float: Graph, rewritten: Graph, plan: Plan): Plan {
  const extended = new Map(plan)
  for (const node of rewritten.nodes) {
    const layer = layerOf(node)
    const mode = plan.get(node.origin?.[0] ?? layer)
    if (mode !== undefined && !float.values.has(layer) && !extended.has(layer)) extended.set(layer, mode)
  }
  return extended.size === plan.size ? plan : extended
}
