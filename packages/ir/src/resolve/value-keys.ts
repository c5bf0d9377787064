import type { Node, OpSet, Value } from '../graph/types.ts'
import { type ShippedPlace, sameItems } from './same-nodes.ts'
import { formDigest, leafKey, resultKeys } from './value-digest.ts'

/**
 * A key for every value that nodes make, of everything that decides its elements and nothing else: operator, attributes with defaults filled in,
 * the type of the result (element type, shape, quantization), digests of constants, and the keys of the operands. Values of two graphs with equal keys are equal for
 * equal inputs, whatever their names.
 *
 * Keys stand for one graph at a time. When they move to another, nodes that both share keep theirs: only those of nodes that differ, and of what lies
 * behind these, are forgotten. A key is computed when it is first asked for, with those of its ancestors that are not known.
 */
export interface ValueKeys {
  /** Makes these the keys of another graph. */
  moveTo(places: readonly ShippedPlace[]): void
  /** What is shipped at each place of the graph whose keys these are. */
  readonly places: readonly ShippedPlace[]
  /** The key of a value that a node makes, 32 hexadecimal digits; `undefined` for another name. */
  keyOf(name: string): string | undefined
  /** How many keys of nodes were computed so far. */
  readonly computed: number
  /** How many nodes were looked at so far: to index them, to forget their keys, to compute them. */
  readonly visited: number
}

/** A node of the graph, and its keys when they are known. */
interface KeyedNode {
  readonly node: Node
  readonly results: readonly Value[]
  /** Names of operands that nodes make, and the others. */
  readonly operands: readonly (string | Value | undefined)[]
  keys: readonly string[] | undefined
}

/** Keys of no graph yet. @param inputs of all graphs to come @param ops their operators */
export function createValueKeys(inputs: readonly Value[], ops: OpSet): ValueKeys {
  const inputOf = new Map(inputs.map((value) => [value.name, value]))
  const makers = new Map<string, KeyedNode>()
  const readers = new Map<string, Set<KeyedNode>>()
  let places: readonly ShippedPlace[] = []
  let computed = 0
  let visited = 0

  const nodesOf = ({ nodes, values }: ShippedPlace): readonly KeyedNode[] => {
    const own = new Map(nodes.length === 0 ? [] : values.map((value) => [value.name, value]))
    const made = new Set(nodes.flatMap(({ outputs }) => outputs))
    const operandOf = (name: string | undefined): string | Value | undefined =>
      name === undefined || made.has(name) ? name : (own.get(name) ?? inputOf.get(name) ?? name)
    return nodes.map((node) => ({
      node,
      results: node.outputs.map((name) => own.get(name)!),
      operands: node.inputs.map(operandOf),
      keys: undefined,
    }))
  }
  const add = (each: KeyedNode): void => {
    visited++
    for (const name of each.node.outputs) makers.set(name, each)
    for (const operand of each.operands) {
      if (typeof operand !== 'string') continue
      const known = readers.get(operand)
      if (known === undefined) readers.set(operand, new Set([each]))
      else known.add(each)
    }
  }
  const remove = (each: KeyedNode): void => {
    visited++
    for (const name of each.node.outputs) makers.delete(name)
    for (const operand of each.operands) if (typeof operand === 'string') readers.get(operand)?.delete(each)
  }
  /** Forgets the keys of what reads the results of a node; where a key is not known, none behind it is. */
  const forgetBehind = (first: KeyedNode): void => {
    const open = [first]
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      visited++
      for (const name of each.node.outputs) {
        for (const reader of readers.get(name) ?? []) {
          if (reader.keys === undefined) continue
          reader.keys = undefined
          open.push(reader)
        }
      }
    }
  }
  const isSame = (a: KeyedNode, b: KeyedNode): boolean =>
    sameItems(a.node.outputs, b.node.outputs) &&
    formDigest(a.node, a.results, ops) === formDigest(b.node, b.results, ops) &&
    sameItems(a.operands, b.operands, sameOperand)

  const knownKey = (name: string): string => {
    const { node, keys } = makers.get(name)!
    return keys![node.outputs.indexOf(name)]!
  }
  const keyOfOperand = (operand: string | Value | undefined): string => {
    if (operand === undefined) return '-'
    return typeof operand === 'string' ? knownKey(operand) : leafKey(operand)
  }
  const compute = (each: KeyedNode): void => {
    visited++
    computed++
    each.keys = resultKeys(each.node, formDigest(each.node, each.results, ops), each.operands.map(keyOfOperand))
  }
  /** Adds the makers of operands that have no keys yet. @returns whether there are any */
  const pushUnkeyed = ({ operands }: KeyedNode, open: KeyedNode[]): boolean => {
    const before = open.length
    for (const operand of operands) {
      const maker = typeof operand === 'string' ? makers.get(operand)! : undefined
      if (maker !== undefined && maker.keys === undefined) open.push(maker)
    }
    return open.length > before
  }

  return {
    get places() {
      return places
    },
    moveTo(next) {
      const changed = [...next.keys()].filter((place) => next[place] !== places[place])
      const gone = new Map<string, KeyedNode>()
      for (const place of changed) for (const { outputs } of places[place]?.nodes ?? []) gone.set(outputs[0]!, makers.get(outputs[0]!)!)
      gone.forEach(remove)
      for (const place of changed) {
        for (const each of nodesOf(next[place]!)) {
          const before = gone.get(each.node.outputs[0]!)
          if (before?.keys !== undefined && isSame(before, each)) {
            each.keys = before.keys
            gone.delete(each.node.outputs[0]!)
          }
          add(each)
        }
      }
      gone.forEach(forgetBehind)
      places = next
    },
    keyOf(name) {
      const wanted = makers.get(name)
      if (wanted === undefined) return undefined
      // A list of what waits in the place of calls: a network may be deeper than they can be.
      const open = wanted.keys === undefined ? [wanted] : []
      for (let each = open.at(-1); each !== undefined; each = open.at(-1)) {
        if (each.keys === undefined && pushUnkeyed(each, open)) continue
        if (each.keys === undefined) compute(each)
        open.pop()
      }
      return knownKey(name)
    },
    get computed() {
      return computed
    },
    get visited() {
      return visited
    },
  }
}

function sameOperand(a: string | Value | undefined, b: string | Value | undefined): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && leafKey(a) === leafKey(b))
}
