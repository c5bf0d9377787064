import { type Graph, layerOf, type Node } from '@q/ir'
import { parseMlir, writeTop } from '@q/mlir'

/** What a layer's type is called by the vendor of the tables: the operator that stands under its name in the Top text. */
export function layerTypes(graph: Graph): (node: Node) => string {
  const { text } = writeTop(graph, { allowMissingWeights: true })
  const types = new Map(parseMlir(text).operations.flatMap(({ name, location = [] }) => location.map((layer) => [layer, name] as const)))
  return (node) => types.get(layerOf(node)) ?? `top.${node.op}`
}
