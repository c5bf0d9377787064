import type { Graph, Node } from '@q/ir'
import { didYouMean, edgesOf, layerOf, QError } from '@q/ir'

/** Names of layers and of inputs of a graph. */
export type Names = ReadonlySet<string>

/** What leads to layers of a graph, and where they lead. */
interface Reach {
  /** Whether a name is that of an input, or of a result of a layer. */
  has(name: string): boolean
  upTo(name: string): Names
  onFrom(name: string): Names
}

/**
 * A layer and what comes before it: all layers that its operands are computed by. Inputs of the network are among them only where they
 * are operands of the layer itself.
 *
 * Constants are no layers. Each node is looked at once.
 *
 * @param graph the canonical float graph
 * @param layer name of a layer, of any of its results, or of an input
 * @throws QError `LAYER_UNKNOWN`
 */
export function upTo(graph: Graph, layer: string): Names {
  return reachOf(graph).upTo(layer)
}

/**
 * A layer and what comes after it: all layers that compute with its results, or with results of these.
 *
 * Each node is looked at once.
 *
 * @param graph the canonical float graph
 * @param layer name of a layer, of any of its results, or of an input
 * @throws QError `LAYER_UNKNOWN`
 */
export function onFrom(graph: Graph, layer: string): Names {
  return reachOf(graph).onFrom(layer)
}

/**
 * Indexes a graph once for many walks.
 *
 * @param isOne walks do not enter layers with several results, each of which is taken for an input
 */
export function reachOf(graph: Graph, isOne = false): Reach {
  const { producer, consumers } = edgesOf(graph)
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const has = (name: string): boolean => inputs.has(name) || producer.has(name)
  const isEnd = (name: string): boolean => inputs.has(name) || (isOne && isSeveral(producer.get(name)))
  const goesOn = (node: Node): boolean => !(isOne && isSeveral(node))
  const layerNamed = (name: string): string => {
    if (!has(name)) throw unknownLayer(name, [...producer.keys(), ...inputs])
    const node = producer.get(name)
    return node === undefined || isOne ? name : layerOf(node)
  }
  return {
    has,
    upTo(name) {
      const found = new Set([layerNamed(name)])
      const start = isEnd(name) ? undefined : producer.get(name)
      for (const operand of operandsOf(start)) if (isEnd(operand)) found.add(operand)
      const open = start === undefined ? [] : [start]
      for (let node = open.pop(); node !== undefined; node = open.pop()) {
        for (const operand of operandsOf(node)) {
          const before = producer.get(operand)
          if (before === undefined || isEnd(operand) || found.has(layerOf(before))) continue
          found.add(layerOf(before))
          open.push(before)
        }
      }
      return found
    },
    onFrom(name) {
      const layer = layerNamed(name)
      const start = isEnd(name) ? undefined : producer.get(name)
      const nodes = new Set(start === undefined ? (consumers.get(name) ?? []).filter(goesOn) : [start])
      for (const node of nodes)
        for (const result of node.outputs) for (const user of consumers.get(result) ?? []) if (goesOn(user)) nodes.add(user)
      return new Set([layer, ...[...nodes].map(layerOf)])
    },
  }
}

function unknownLayer(name: string, known: readonly string[]): QError {
  return new QError('LAYER_UNKNOWN', `the network has no layer ${name}`, {
    at: [name],
    found: name,
    wanted: 'names of layers of this network',
    hint: didYouMean(name, known, 'take the names from `q graph`'),
  })
}

const isSeveral = (node: Node | undefined): boolean => (node?.outputs.length ?? 0) > 1

const operandsOf = (node: Node | undefined): readonly string[] => (node?.inputs ?? []).filter((name) => name !== undefined)
