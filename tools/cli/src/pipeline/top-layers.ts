import type { TopLayer } from '@q/fpfwd'
import type { Graph } from '@q/ir'
import { parseMlir, writeTop } from '@q/mlir'

/** The layers of a graph as its Top text has them, inputs among them. */
export function topLayers(graph: Graph): readonly TopLayer[] {
  const { text } = writeTop(graph, { allowMissingWeights: true })
  return parseMlir(text)
    .operations.filter(({ name }) => name !== 'top.None' && name !== 'top.Weight')
    .map(({ name, location }) => ({ operator: name, names: location ?? [] }))
}
