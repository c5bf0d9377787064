import type { Graph } from '@q/ir'

/** A layer that stays in float. */
export interface FloatLayer {
  /** Name of the layer, or of an input of the network. */
  readonly layer: string
  /** What it is chosen for, such as `before conv1` or `between conv1 and concat`. */
  readonly why: readonly string[]
  /** It stays in the float type with most digits that the chip has. @default its usual one */
  readonly widest?: true
}

/** The layers that there are reasons for, in the order of the graph, inputs first; further results of a layer by their own names. */
export function inGraphOrder(graph: Graph, reasons: ReadonlyMap<string, readonly string[]>): readonly FloatLayer[] {
  return [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)].flatMap((layer) => {
    const why = reasons.get(layer)
    return why === undefined ? [] : [{ layer, why }]
  })
}
