import type { Graph } from '@q/ir'
import { QError } from '@q/ir'
import { type FloatLayer, inGraphOrder } from '../float-layer.ts'
import { checkRegions } from './check-regions.ts'
import { type Names, reachOf } from './reach.ts'

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
  /**
   * As TPU-MLIR 1.30.2 has it: walks stop at layers with several results, which it does not see, a name that the network does not have is
   * taken all the same, at the end of the list, and a block may be empty. @default false
   */
  readonly vendorExact?: boolean
}

/**
 * The layers of a description, in the order of the graph, inputs first.
 *
 * The layers before a layer are those that its operands are computed by, those after it those that compute with its results; inputs of
 * the network count where they are operands of a named layer. A block is what lies before one of its ends and after one of its starts;
 * blocks need no outputs beside them. TPU-MLIR's `fp_forward` finds the same layers in networks where each layer has one result; it stops at layers
 * with several, and goes on with names that the network does not have (`vendorExact` does, too).
 *
 * @param graph the canonical float graph, whose values have the names of layers
 * @throws QError `LAYER_UNKNOWN` for a name that is none, `REGION_EMPTY` for a block with nothing between its ends; neither with
 * `vendorExact`. `REGION_BLOCK` for a block without starts or ends, `REGION_NAME` for names that are no list of names
 */
export function floatRegions(graph: Graph, regions: Regions): readonly FloatLayer[] {
  const { inputs, outputs, blocks, vendorExact } = checkRegions(regions)
  const reach = reachOf(graph, vendorExact)
  const alone = new Set(vendorExact ? namesIn({ inputs, outputs, blocks }).filter((name) => !reach.has(name)) : [])
  const before = (name: string): Names => (alone.has(name) ? new Set([name]) : reach.upTo(name))
  const after = (name: string): Names => (alone.has(name) ? new Set([name]) : reach.onFrom(name))
  const reasons = new Map<string, string[]>()
  const note = (layers: Iterable<string>, why: string): void => {
    for (const layer of layers) reasons.set(layer, [...(reasons.get(layer) ?? []), why])
  }
  for (const name of new Set(inputs)) note(before(name), `before ${name}`)
  for (const name of new Set(outputs)) note(after(name), `after ${name}`)
  for (const { starts, ends } of blocks) {
    const behind = unionOf(starts.map(after))
    const found = [...unionOf(ends.map(before))].filter((layer) => behind.has(layer))
    if (found.length === 0 && !vendorExact) throw emptyBlock(starts, ends)
    note(found, `between ${starts.join(', ')} and ${ends.join(', ')}`)
  }
  return [
    ...inGraphOrder(graph, reasons),
    ...[...alone].filter((name) => reasons.has(name)).map((layer) => ({ layer, why: reasons.get(layer)! })),
  ]
}

const namesIn = ({ inputs, outputs, blocks }: Omit<Required<Regions>, 'vendorExact'>): readonly string[] => [
  ...inputs,
  ...outputs,
  ...blocks.flatMap(({ starts, ends }) => [...starts, ...ends]),
]

const unionOf = (sets: readonly Names[]): Names => new Set(sets.flatMap((each) => [...each]))

function emptyBlock(starts: readonly string[], ends: readonly string[]): QError {
  return new QError('REGION_EMPTY', 'nothing lies between the ends of a block', {
    at: [...starts, ...ends],
    found: `${starts.join(', ')} does not lead to ${ends.join(', ')}`,
    wanted: 'ends that are computed from the starts',
    hint: 'name the layer that is computed first before the colon',
  })
}
