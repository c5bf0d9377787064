import { draftOf } from '../graph/draft.ts'
import type { Graph } from '../graph/types.ts'

/** The graph without nodes whose results nothing uses. */
export function removeUnused(graph: Graph): Graph {
  const draft = draftOf(graph)
  for (const node of [...draft.nodes()].reverse()) {
    if (node.outputs.every((name) => draft.useCount(name) === 0)) draft.replace(node, [])
  }
  return draft.finish()
}
