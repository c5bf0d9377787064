import type { Node, Value } from '../graph/types.ts'
import type { ShippedPlace } from './same-nodes.ts'

/** The values of a quantized graph by name: its inputs, what is made at each place, and constants. */
export function valuesOf(inputs: readonly Value[], shipped: readonly ShippedPlace[]): ReadonlyMap<string, Value> {
  const values = new Map(inputs.map((value) => [value.name, value]))
  for (const { values: own } of shipped) for (const value of own) values.set(value.name, value)
  return values
}

/** The nodes of a quantized graph, in order. */
export function nodesOf(shipped: readonly ShippedPlace[]): readonly Node[] {
  const all: Node[] = []
  for (const { nodes } of shipped) for (const node of nodes) all.push(node)
  return all
}
