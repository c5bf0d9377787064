import type { Resolved } from '@q/ir'
import { bytesOf, plain } from './comparable.ts'

/** What stands in the place of each layer: nodes, types of what they make, elements of the constants they read. */
function layerTexts({ graph, layers }: Resolved): ReadonlyMap<string, string> {
  const valueText = (name: string | undefined): unknown => {
    if (name === undefined) return null
    const { type, constant, isConstant } = graph.values.get(name)!
    return [name, type, isConstant, constant === undefined ? null : [constant.dtype, constant.shape, bytesOf(constant)]]
  }
  const isConstant = (name: string | undefined): boolean => name !== undefined && graph.values.get(name)!.isConstant === true
  const held = (name: string | undefined): boolean =>
    name !== undefined && (graph.values.get(name)!.constant !== undefined || isConstant(name))
  return new Map(
    [...layers].map(([layer, nodes]) => [
      layer,
      JSON.stringify(
        nodes.map((node) => [node, node.outputs.map(valueText), node.inputs.filter(held).map(valueText)]),
        plain,
      ),
    ]),
  )
}

/** What is wrong with the layers that `now` says have changed since `before`; `undefined` when they are those whose texts differ. */
export function wrongChanges(now: Resolved, before: Resolved): string | undefined {
  const [mine, other] = [layerTexts(now), layerTexts(before)]
  const wanted = [...mine.keys()].filter((layer) => mine.get(layer) !== other.get(layer))
  const found = now.changedSince(before)
  return found.join() === wanted.join() ? undefined : `changed: ${wanted.join()}\nsaid:    ${found.join()}`
}

/** What is wrong with the layers of a graph; `undefined` when their nodes in a row are its nodes. */
export function wrongLayers({ graph, layers }: Resolved): string | undefined {
  const nodes = [...layers.values()].flat()
  return nodes.length === graph.nodes.length && nodes.every((node, i) => node === graph.nodes[i])
    ? undefined
    : 'the layers are not the graph'
}
