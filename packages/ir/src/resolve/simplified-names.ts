import { layerOf } from '../graph/edges.ts'
import type { Graph, Node, Value } from '../graph/types.ts'
import type { MadeNames } from './made-names.ts'
import { renameNode } from './rename-lowered.ts'

/** What passes made of a part of a graph, with what they added under names that nothing outside of the part has. */
export function namedApart(part: Graph, result: Graph, names: MadeNames): Graph {
  const renames = new Map<string, string>()
  const takeUp = (node: Node, name: string | undefined): void => {
    if (name === undefined || part.values.has(name) || renames.has(name)) return
    const own = names.lowered(name, layerOf(node))
    if (own !== name) renames.set(name, own)
  }
  for (const node of result.nodes) for (const name of [...node.outputs, ...node.inputs]) takeUp(node, name)
  if (renames.size === 0) return result
  const nameOf = (name: string): string => renames.get(name) ?? name
  return {
    ...result,
    outputs: result.outputs.map(nameOf),
    nodes: result.nodes.map((node) => renameNode(node, renames)),
    values: new Map(
      Array.from(result.values.values(), (value): [string, Value] => [nameOf(value.name), { ...value, name: nameOf(value.name) }]),
    ),
  }
}
