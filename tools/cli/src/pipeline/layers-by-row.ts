import { type Graph, layerOf } from '@q/ir'

/**
 * The layers that rows of quantization tables mean, where a row is no name of a layer: a further result of one, or a division as TPU-MLIR
 * calls it once it is deployed (`<name>_inv`).
 */
export function layersByRow(graph: Graph): ReadonlyMap<string, string> {
  const layers = new Set([...graph.inputs.map(({ name }) => name), ...graph.nodes.map(layerOf)])
  const rows = graph.nodes.flatMap((node) => [
    ...node.outputs.slice(1).map((name) => [name, layerOf(node)] as const),
    ...(node.op === 'Div' ? [[`${layerOf(node)}_inv`, layerOf(node)] as const] : []),
  ])
  return new Map(rows.filter(([row]) => !layers.has(row)))
}
