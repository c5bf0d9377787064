import { QError } from '../errors.ts'
import { layerOf } from './edges.ts'
import type { Attrs, Graph, Node, OpSet, TensorType, Value } from './types.ts'

/**
 * What a graph is while it is being rewritten: the same parts, changeable. Who makes and who uses each value is kept up to date at every
 * step, so that a pass over the nodes costs what it changes.
 *
 * Nodes are plain readonly data. A node that was changed is another object in the same place; its former ones stand for that place
 * in every method, so that a rule may go on with the node it was given, and reads what it was then.
 */
export interface GraphDraft {
  /** The nodes as they stand now, in order; a copy, safe to walk while the draft changes (ask {@link GraphDraft.current}). */
  nodes(): readonly Node[]
  /** What stands in the place of a node now; absent when it was taken out. */
  current(node: Node): Node | undefined
  /** The node behind another; absent for the last. */
  next(node: Node): Node | undefined
  value(name: string): Value
  has(name: string): boolean
  shape(name: string): readonly number[]
  /** The node that makes a value; absent for inputs and constants. */
  producer(name: string): Node | undefined
  /** The nodes that use a value, each once, in order. */
  consumers(name: string): readonly Node[]
  /** How many operands a value is, over all nodes; being a graph output counts once. */
  useCount(name: string): number
  isOutput(name: string): boolean
  /** Puts `by` in the place of `node`. */
  replace(node: Node, by: readonly Node[]): void
  /** Gives a node other parts in its place. @returns the node as it stands now */
  change(node: Node, parts: Partial<Node>): Node
  /** Takes a node out. */
  remove(node: Node): void
  /** Puts nodes before another. */
  insertBefore(node: Node, added: readonly Node[]): void
  /** Adds a node before another, or at the end. @returns the node */
  add(node: Node, before?: Node): Node
  setValue(value: Value): void
  setType(name: string, type: TensorType): void
  /** Makes every user of `from`, the outputs of the graph too, use `to`. */
  redirect(from: string, to: string): void
  /** Gives a value another name everywhere. @throws QError `NAME_TAKEN` when another value has it */
  rename(from: string, to: string): void
  /** A name that no value has: `wanted`, or with a number behind it. */
  freshName(wanted: string): string
  /** Takes out nodes whose results nothing uses. @returns whether there were any */
  prune(): boolean
  /** The graph, without values that nothing uses or makes. @param changes operators and properties other than before */
  finish(changes?: { readonly ops?: OpSet; readonly properties?: Attrs }): Graph
}

/** Where a node stands among the others; nodes come and go, their place keeps its neighbours. */
interface Place {
  node: Node
  /** Grows along the list. */
  order: number
  before: Place | undefined
  behind: Place | undefined
  isGone: boolean
}

/** Starts rewriting a graph; the graph itself stays as it is. */
export function draftOf(graph: Graph): GraphDraft {
  const values = new Map(graph.values)
  const outputs = [...graph.outputs]
  const places = new WeakMap<Node, Place>()
  const makers = new Map<string, Place>()
  const users = new Map<string, Set<Place>>()
  /** By a name, the first number behind it that may be free; lower ones are taken. */
  const tried = new Map<string, number>()
  let first: Place | undefined
  let last: Place | undefined
  let listed: readonly Node[] | undefined

  const link = (place: Place): void => {
    places.set(place.node, place)
    for (const output of place.node.outputs) makers.set(output, place)
    for (const input of place.node.inputs) {
      if (input === undefined) continue
      const set = users.get(input)
      if (set === undefined) users.set(input, new Set([place]))
      else set.add(place)
    }
    listed = undefined
  }
  const unlink = (place: Place): void => {
    const { node } = place
    for (const output of node.outputs) if (makers.get(output) === place) makers.delete(output)
    for (const input of node.inputs) if (input !== undefined) users.get(input)?.delete(place)
    listed = undefined
  }
  const exchange = (place: Place, node: Node): Node => {
    unlink(place)
    place.node = node
    link(place)
    return node
  }
  /** Gives all places whole numbers again, once halves have become too fine. */
  const renumber = (): void => {
    let order = 0
    for (let place = first; place !== undefined; place = place.behind) place.order = order++
  }
  const insert = (node: Node, behind: Place | undefined): Node => {
    const before = behind === undefined ? last : behind.before
    const place: Place = { node, order: 0, before, behind, isGone: false }
    if (before === undefined) first = place
    else before.behind = place
    if (behind === undefined) last = place
    else behind.before = place
    const low = before?.order ?? (behind?.order ?? 1) - 2
    const high = behind?.order ?? low + 2
    place.order = (low + high) / 2
    if (!(low < place.order && place.order < high)) renumber()
    link(place)
    return node
  }
  const takeOut = (place: Place): void => {
    unlink(place)
    place.isGone = true
    if (place.before === undefined) first = place.behind
    else place.before.behind = place.behind
    if (place.behind === undefined) last = place.before
    else place.behind.before = place.before
  }
  const placeOf = (node: Node): Place => {
    const place = places.get(node)
    if (place === undefined || place.isGone) throw new Error(`the node ${layerOf(node)} is not in the graph any more`)
    return place
  }
  const inOrder = (set: ReadonlySet<Place> | undefined): readonly Place[] => [...(set ?? [])].sort((a, b) => a.order - b.order)
  const isUsed = (name: string): boolean => (users.get(name)?.size ?? 0) > 0 || outputs.includes(name)

  const draft: GraphDraft = {
    nodes() {
      if (listed !== undefined) return listed
      const nodes: Node[] = []
      for (let place = first; place !== undefined; place = place.behind) nodes.push(place.node)
      listed = nodes
      return nodes
    },
    current(node) {
      const place = places.get(node)
      return place === undefined || place.isGone ? undefined : place.node
    },
    next: (node) => placeOf(node).behind?.node,
    value(name) {
      const value = values.get(name)
      if (value === undefined) throw new Error(`the graph ${graph.name} has no value ${name}`)
      return value
    },
    has: (name) => values.has(name),
    shape: (name) => draft.value(name).type.shape,
    producer: (name) => makers.get(name)?.node,
    consumers: (name) => inOrder(users.get(name)).map(({ node }) => node),
    useCount(name) {
      let count = 0
      for (const output of outputs) if (output === name) count++
      for (const { node } of users.get(name) ?? []) for (const input of node.inputs) if (input === name) count++
      return count
    },
    isOutput: (name) => outputs.includes(name),
    replace(node, by) {
      const place = placeOf(node)
      const { behind } = place
      takeOut(place)
      for (const each of by) insert(each, behind)
    },
    change(node, parts) {
      const place = placeOf(node)
      return exchange(place, { ...place.node, ...parts })
    },
    remove: (node) => takeOut(placeOf(node)),
    insertBefore(node, added) {
      const place = placeOf(node)
      for (const each of added) insert(each, place)
    },
    add: (node, before) => insert(node, before === undefined ? undefined : placeOf(before)),
    setValue: (value) => void values.set(value.name, value),
    setType: (name, type) => void values.set(name, { ...draft.value(name), type }),
    redirect(from, to) {
      for (const place of [...(users.get(from) ?? [])]) {
        exchange(place, { ...place.node, inputs: place.node.inputs.map((input) => (input === from ? to : input)) })
      }
      outputs.forEach((output, i) => {
        if (output === from) outputs[i] = to
      })
    },
    rename(from, to) {
      if (from === to) return
      const value = draft.value(from)
      if (values.has(to)) {
        throw new QError('NAME_TAKEN', 'two values would have one name', {
          at: [from],
          found: to,
          wanted: 'a name that is free',
          hint: 'rename one of the two in the model',
        })
      }
      values.delete(from)
      tried.clear()
      values.set(to, { ...value, name: to })
      const maker = makers.get(from)
      if (maker !== undefined) {
        exchange(maker, { ...maker.node, outputs: maker.node.outputs.map((output) => (output === from ? to : output)) })
      }
      draft.redirect(from, to)
    },
    freshName(wanted) {
      if (!values.has(wanted)) return wanted
      let number = tried.get(wanted) ?? 1
      while (values.has(`${wanted}_${number}`)) number++
      tried.set(wanted, number)
      return `${wanted}_${number}`
    },
    prune() {
      let any = false
      for (let place = last; place !== undefined; place = place.before) {
        if (place.node.outputs.some(isUsed)) continue
        takeOut(place)
        any = true
      }
      return any
    },
    finish({ ops = graph.ops, properties = graph.properties } = {}) {
      const nodes = draft.nodes()
      const used = new Set([...graph.inputs.map(({ name }) => name), ...outputs])
      for (const node of nodes) for (const name of [...node.inputs, ...node.outputs]) if (name !== undefined) used.add(name)
      const kept = new Map([...values].filter(([name]) => used.has(name)))
      return { ...graph, nodes, outputs: [...outputs], ops, properties, values: kept }
    },
  }
  for (const node of graph.nodes) insert(node, undefined)
  return draft
}
