import type { Edges, Node } from '@q/ir'
import { layerOf } from '@q/ir'

/** Names of layers and of inputs of a graph. */
export type Names = ReadonlySet<string>

/**
 * A layer and what comes before it: all layers that its operands are computed by. Inputs of the network are among them only where they
 * are operands of the layer itself.
 *
 * Constants are no layers. Each node is looked at once.
 *
 * @param layer name of a layer or of an input
 * @param isInput whether a name is that of an input
 * @param isOne results of layers with several are taken for inputs
 */
export function upTo(layer: string, { producer }: Edges, isInput: (name: string) => boolean, isOne = false): Names {
  const found = new Set([layer])
  const isEnd = (name: string): boolean => isInput(name) || (isOne && isSeveral(producer.get(name)))
  const start = isEnd(layer) ? undefined : producer.get(layer)
  for (const name of operandsOf(start)) if (isEnd(name)) found.add(name)
  const open = start === undefined ? [] : [start]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const name of operandsOf(node)) {
      const before = producer.get(name)
      if (before === undefined || isEnd(name) || found.has(layerOf(before))) continue
      found.add(layerOf(before))
      open.push(before)
    }
  }
  return found
}

/**
 * A layer and what comes after it: all layers that compute with its results, or with results of these.
 *
 * Each node is looked at once.
 *
 * @param layer name of a layer or of an input
 * @param isOne the walk does not enter layers with several results
 */
export function onFrom(layer: string, edges: Edges, isOne = false): Names {
  const made = edges.producer.get(layer)
  const start = isOne && isSeveral(made) ? undefined : made
  const goesOn = (node: Node): boolean => !(isOne && isSeveral(node))
  const nodes = nodesOnFrom(start === undefined ? (edges.consumers.get(layer) ?? []).filter(goesOn) : [start], edges, goesOn)
  return new Set([layer, ...[...nodes].map(layerOf)])
}

/** Some nodes and all behind them, each looked at once. */
function nodesOnFrom(starts: Iterable<Node>, { consumers }: Edges, goesOn: (node: Node) => boolean): ReadonlySet<Node> {
  const found = new Set(starts)
  for (const node of found)
    for (const output of node.outputs) for (const user of consumers.get(output) ?? []) if (goesOn(user)) found.add(user)
  return found
}

const isSeveral = (node: Node | undefined): boolean => (node?.outputs.length ?? 0) > 1

const operandsOf = (node: Node | undefined): readonly string[] => (node?.inputs ?? []).filter((name) => name !== undefined)
