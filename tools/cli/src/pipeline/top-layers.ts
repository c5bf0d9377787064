import type { TopLayer } from '@q/fpfwd'
import type { Graph } from '@q/ir'
import { parseMlir, writeTop } from '@q/mlir'

/** The layers of a graph as its Top text has them, inputs among them. */
export function topLayers(graph: Graph): readonly TopLayer[] {
  const { operations } = parseMlir(writeTop(graph, { allowMissingWeights: true }).text)
  const layers = operations.filter(({ name }) => name !== 'top.None' && name !== 'top.Weight')
  const nameOf = new Map(layers.flatMap(({ results, location }) => results.map((result, i) => [result, location?.[i]] as const)))
  return layers.map(({ name, location, operands }) => ({
    operator: name,
    names: location ?? [],
    operands: operands.flatMap((operand) => nameOf.get(operand) ?? []),
  }))
}
