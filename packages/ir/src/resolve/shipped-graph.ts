import type { Node, Value } from '../graph/types.ts'
import { type ShippedPlace, sameShipped } from './same-nodes.ts'

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

/**
 * What is shipped at one place; the very object `before` where that is the same.
 *
 * @param simplified values as the simplifications left them
 * @param made values as they were before
 */
export function shippedPlace(
  nodes: readonly Node[],
  simplified: (name: string) => Value | undefined,
  made: ReadonlyMap<string, Value>,
  before: ShippedPlace | undefined,
): ShippedPlace {
  const values = new Map<string, Value>()
  // Only what is made here, and constants: what comes from elsewhere is shipped where it is made, in the type that it has there now.
  for (const { inputs, outputs } of nodes) {
    for (const name of outputs) {
      const value = simplified(name) ?? made.get(name)
      if (value !== undefined) values.set(name, value)
    }
    for (const name of inputs) {
      if (name === undefined || values.has(name)) continue
      const value = made.get(name) ?? simplified(name)
      if (value?.constant !== undefined || value?.isConstant === true) values.set(name, value)
    }
  }
  const shipped = { nodes, values: [...values.values()] }
  return before !== undefined && sameShipped(before, shipped) ? before : shipped
}
