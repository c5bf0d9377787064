import type { Graph, ObservedValue, Value } from '@q/ir'
import { elementCount, valueOf } from '@q/ir'

/** A value that gets a row in the calibration table. */
export type CalibratedValue = Omit<ObservedValue, 'samples'>

/**
 * The rows of a calibration table in their order: the inputs, then the results of every node.
 *
 * Of a node with several results those that no node uses are left out, unless none is used (TPU-MLIR's rule; being a graph output is no
 * use). `index` and `count` are the layer's place among inputs and nodes.
 */
export function calibratedValues(graph: Graph): readonly CalibratedValue[] {
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs))
  const layers = [
    ...graph.inputs.map(({ name }) => [name]),
    ...graph.nodes.map(({ outputs }) => {
      const wanted = outputs.filter((output) => used.has(output))
      return wanted.length > 0 && outputs.length > 1 ? wanted : outputs
    }),
  ]
  return layers.flatMap((names, index) =>
    names.map((name) => ({
      name,
      index,
      count: layers.length,
      elements: elementCount(valueOf(graph, name).type.shape),
    })),
  )
}

/** Whether a value is computed at run time from the inputs. */
export function isActivation(value: Value): boolean {
  return value.isConstant !== true && value.constant === undefined
}
