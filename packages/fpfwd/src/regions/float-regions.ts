import type { Graph } from '@q/ir'
import { didYouMean, edgesOf, layerOf, QError } from '@q/ir'
import { type FloatLayer, inGraphOrder } from '../float-layer.ts'
import { type Names, onFrom, upTo } from './reach.ts'

/** From some layers to others. */
export interface Block {
  readonly starts: readonly string[]
  readonly ends: readonly string[]
}

/** Layers by where they lie. All names are names of values: of inputs, or of any result of a layer. */
export interface Regions {
  /** These layers and all before them. @default none */
  readonly inputs?: readonly string[]
  /** These layers and all after them. @default none */
  readonly outputs?: readonly string[]
  /** What lies between layers, these included. @default none */
  readonly blocks?: readonly Block[]
  /** Walks stop at layers with several results, which TPU-MLIR 1.30.2 does not see. @default false */
  readonly vendorExact?: boolean
}

/**
 * The layers of a description, in the order of the graph, inputs first.
 *
 * The layers before a layer are those that its operands are computed by, those after it those that compute with its results; inputs of
 * the network count where they are operands of a named layer. A block is what lies before one of its ends and after one of its starts;
 * blocks need no outputs beside them. TPU-MLIR's `fp_forward` finds the same layers in networks where each layer has one result; it stops at layers
 * with several (`vendorExact` does, too), and goes on with names that the network does not have.
 *
 * @param graph the canonical float graph, whose values have the names of layers
 * @throws QError `LAYER_UNKNOWN` for a name that is none, `REGION_EMPTY` for a block with nothing between its ends
 */
export function floatRegions(
  graph: Graph,
  { inputs = [], outputs = [], blocks = [], vendorExact = false }: Regions,
): readonly FloatLayer[] {
  const edges = edgesOf(graph)
  const inputNames = new Set(graph.inputs.map(({ name }) => name))
  const layerNamed = (name: string): string => {
    if (inputNames.has(name)) return name
    const node = edges.producer.get(name)
    if (node !== undefined) return vendorExact ? name : layerOf(node)
    throw unknownLayer(name, [...edges.producer.keys(), ...inputNames])
  }
  const before = (name: string): Names => upTo(layerNamed(name), edges, (each) => inputNames.has(each), vendorExact)
  const after = (name: string): Names => onFrom(layerNamed(name), edges, vendorExact)
  const reasons = new Map<string, string[]>()
  const note = (layers: Iterable<string>, why: string): void => {
    for (const layer of layers) reasons.set(layer, [...(reasons.get(layer) ?? []), why])
  }
  for (const name of new Set(inputs)) note(before(name), `before ${name}`)
  for (const name of new Set(outputs)) note(after(name), `after ${name}`)
  for (const { starts, ends } of blocks) {
    const behind = unionOf(starts.map(after))
    const found = [...unionOf(ends.map(before))].filter((layer) => behind.has(layer))
    if (found.length === 0) throw emptyBlock(starts, ends)
    note(found, `between ${starts.join(', ')} and ${ends.join(', ')}`)
  }
  return inGraphOrder(graph, reasons)
}

const unionOf = (sets: readonly Names[]): Names => new Set(sets.flatMap((each) => [...each]))

function unknownLayer(name: string, known: readonly string[]): QError {
  return new QError('LAYER_UNKNOWN', `the network has no layer ${name}`, {
    at: [name],
    found: name,
    wanted: 'names of layers of this network',
    hint: didYouMean(name, known, 'take the names from `q graph`'),
  })
}

function emptyBlock(starts: readonly string[], ends: readonly string[]): QError {
  return new QError('REGION_EMPTY', 'nothing lies between the ends of a block', {
    at: [...starts, ...ends],
    found: `${starts.join(', ')} does not lead to ${ends.join(', ')}`,
    wanted: 'ends that are computed from the starts',
    hint: 'name the layer that is computed first before the colon',
  })
}
