import { QError } from '../errors.ts'
import { isConstant } from '../graph/is-constant.ts'
import type { Node, Value } from '../graph/types.ts'
import { type ShippedPlace, sameShipped, sameValue } from './same-nodes.ts'

/**
 * The values of a quantized graph by name: its inputs, what is made at each place, and constants.
 *
 * @throws QError `GRAPH_TWICE` when one name stands for two things
 */
export function valuesOf(inputs: readonly Value[], shipped: readonly ShippedPlace[]): ReadonlyMap<string, Value> {
  const values = new Map(inputs.map((value) => [value.name, value]))
  const made = new Set(values.keys())
  for (const { nodes, values: own } of shipped) {
    for (const name of nodes.flatMap(({ outputs }) => outputs)) {
      if (made.has(name)) throw madeTwice(name)
      made.add(name)
    }
    for (const value of own) {
      const before = values.get(value.name)
      const isTwice = before === undefined ? value.constant !== undefined && made.has(value.name) : !sameValue(before, value)
      if (isTwice) throw madeTwice(value.name)
      values.set(value.name, value)
    }
  }
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
      if (isConstant(value)) values.set(name, value)
    }
  }
  const shipped = { nodes, values: [...values.values()] }
  return before !== undefined && sameShipped(before, shipped) ? before : shipped
}

function madeTwice(name: string): QError {
  return new QError('GRAPH_TWICE', `the quantized graph has two values under the one name ${name}`, {
    at: [name],
    found: `${name} twice`,
    wanted: 'one maker for every value',
    hint: 'rename the layer of the model that is called so, or whose name it begins with',
  })
}
