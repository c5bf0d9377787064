import type { Graph } from '@q/ir'
import { layersByRow } from './layers-by-row.ts'

/** How many layers of a graph these are: `5 of 11 layers`. Inputs are no layers, and stand behind: `11 of 11 layers and 1 input`. */
export function countLayers(names: Iterable<string>, graph: Graph): string {
  const layerOfRow = layersByRow(graph)
  const layers = new Set([...names].map((name) => layerOfRow.get(name) ?? name))
  const inputs = graph.inputs.filter(({ name }) => layers.has(name)).length
  const also = inputs === 0 ? '' : ` and ${inputs} input${inputs === 1 ? '' : 's'}`
  return `${layers.size - inputs} of ${graph.nodes.length} layers${also}`
}
