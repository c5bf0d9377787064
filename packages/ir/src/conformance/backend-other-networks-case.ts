import type { Backend } from '../contracts/backend.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import { isQError } from '../errors.ts'
import { attributesOf, definitionOf, inferNode } from '../graph/node-types.ts'
import type { Attrs, AttrValue, Graph, Node, Value } from '../graph/types.ts'
import type { AttrSpec } from '../ops/define.ts'
import type { Resolved } from '../resolve/resolved.ts'
import { createResolver } from '../resolve/resolver.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { difference } from './backend-resolver-case.ts'
import { computedIn } from './declared-mode.ts'
import { otherValue } from './graph-facts.ts'
import { floatGrid, numbered } from './network-numbers.ts'
import { operatorNetworks } from './operator-networks.ts'
import { check } from './runner.ts'

/**
 * Fails when a back end that has resolved other networks makes something else of one than a new one does: whatever it remembers of a layer must tell it from
 * a layer of the same name in another network. The networks are those of all declared operators, one after the other, all with the same names of values; on codes each
 * with two tables, and the first of an operator again with each of its attributes changed.
 *
 * @param create makes the back end, anew for each network that is seen fresh
 * @param mode of all networks
 * @param isExamined whether the network at a place of the list is. @default all are
 */
export function checkOtherNetworks(create: () => Backend, mode: QuantMode, isExamined: (place: number) => boolean = () => true): void {
  const used = create()
  const { target } = used
  const isInteger = target.schemes[mode]?.kind === 'integer'
  for (const [place, network] of operatorNetworks.entries()) {
    if (!isExamined(place) || computedIn(target, network.form, mode) === undefined) continue
    const { graph } = numbered(network, floatGrid(network))
    const isFirst = operatorNetworks.find(({ form }) => form === network.form) === network
    const seen = [graph, ...(isInteger ? [graph] : []), ...(isFirst ? changedAttributes(graph) : [])]
    seen.forEach((each, turn) => {
      const table = isInteger ? tableFor(each, turn % 2 === 0 ? 4 : 2.5) : undefined
      const resolved = (backend: Backend) => outcomeOf(() => createResolver(each, table, backend, { mode }).resolve(new Map()))
      const found = differing(resolved(used), resolved(create()))
      check(
        found === undefined,
        `${network.form}, ${network.title}: ${found} is not what it is without the networks that were resolved before`,
      )
    })
  }
}

const tableFor = (graph: Graph, threshold: number): ReadonlyMap<string, ObservedRange> =>
  new Map([...graph.values.keys()].map((name) => [name, { threshold, min: -0.8 * threshold, max: threshold }]))

/** What a back end makes of a network, or the code with which it refuses it. */
function outcomeOf(make: () => Resolved): Resolved | string {
  try {
    return make()
  } catch (error) {
    if (isQError(error)) return error.code
    throw error
  }
}

function differing(a: Resolved | string, b: Resolved | string): string | undefined {
  if (typeof a !== 'string' && typeof b !== 'string') return difference(a, b)
  return a === b ? undefined : `that it is ${typeof a === 'string' ? `refused (${a})` : 'resolved'}`
}

/** The network of one operator with another value of each attribute, as far as its type rule takes it. */
function changedAttributes(graph: Graph): readonly Graph[] {
  const [node] = graph.nodes as [Node]
  const definition = definitionOf(node, graph.ops)
  const filled = attributesOf(node, definition)
  return Object.entries<AttrSpec>(definition.attrs).flatMap(([name, spec]) => {
    const value = filled[name]
    const others = value === undefined ? [] : [otherValue(value, spec), ...orders(value)]
    const made = others.flatMap((other) => (other === undefined ? [] : withAttributes(graph, { ...node.attrs, [name]: other })))
    return made.slice(0, 1)
  })
}

/** A list turned round, and with its last two entries exchanged. */
function orders(value: AttrValue): readonly AttrValue[] {
  if (!Array.isArray(value)) return []
  const list = value as readonly number[]
  return [[...list.slice(0, -2), ...list.slice(-2).toReversed()], list.toReversed()].filter((each) => each.join() !== list.join())
}

function withAttributes(graph: Graph, attrs: Attrs): readonly Graph[] {
  const node = { ...graph.nodes[0]!, attrs }
  try {
    const types = inferNode(node, graph.ops, (name) => graph.values.get(name)!.type)
    const values = new Map<string, Value>(graph.values)
    node.outputs.forEach((name, i) => values.set(name, { name, type: { dtype: 'f32', shape: types[i]!.shape } }))
    return [{ ...graph, values, nodes: [node] }]
  } catch (error) {
    if (isQError(error)) return []
    throw error
  }
}
