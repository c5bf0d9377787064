import { type Attrs, type Graph, type Node, type OpSet, QError, type Value } from '@q/ir'

/** A node while the network is being rewritten; `order` places it among the others. */
export interface NetNode {
  op: string
  inputs: (string | undefined)[]
  outputs: string[]
  attrs: Attrs
  order: number
}

/** What a new node is made of. */
export type NodeParts = Pick<NetNode, 'op' | 'inputs' | 'outputs' | 'attrs'>

/**
 * A network being rewritten: who makes and who uses each value is kept up to date at every step, so that a pass over the
 * nodes costs what it changes. The graph it was made from stays as it is; `finish` gives a new one.
 */
export interface Net {
  /** The nodes as they stand, in order. A copy: safe to walk while they change (ask `alive`). */
  nodes(): readonly NetNode[]
  alive(node: NetNode): boolean
  value(name: string): Value
  has(name: string): boolean
  shape(name: string): readonly number[]
  setValue(value: Value): void
  producer(name: string): NetNode | undefined
  /** Nodes that use a value, each once. */
  users(name: string): readonly NetNode[]
  /** Operands that are this value, over all nodes; being an output of the network counts once. */
  useCount(name: string): number
  isOutput(name: string): boolean
  /** Adds a node just before another, or at the end. */
  add(parts: NodeParts, before?: NetNode): NetNode
  /** Gives a node other parts in its place. */
  change(node: NetNode, parts: Partial<NodeParts>): void
  remove(node: NetNode): void
  /** Makes every user of `from`, the outputs too, use `to`. */
  redirect(from: string, to: string): void
  /** Gives a value another name everywhere. */
  rename(from: string, to: string): void
  /** A name that no value has: `wanted`, or with a number after it. */
  freshName(wanted: string): string
  /** Takes out nodes whose results nothing uses; `true` when there were any. */
  prune(): boolean
  finish(changes: { readonly ops: OpSet; readonly properties?: Attrs }): Graph
}

/** Starts rewriting a graph. */
export function netOf(graph: Graph): Net {
  const nodes = new Set<NetNode>()
  const values = new Map(graph.values)
  const makers = new Map<string, NetNode>()
  const users = new Map<string, Set<NetNode>>()
  const outputs = [...graph.outputs]
  let last = 0

  const link = (node: NetNode): void => {
    for (const output of node.outputs) makers.set(output, node)
    for (const input of node.inputs) {
      if (input === undefined) continue
      const set = users.get(input)
      if (set === undefined) users.set(input, new Set([node]))
      else set.add(node)
    }
  }
  const unlink = (node: NetNode): void => {
    for (const output of node.outputs) if (makers.get(output) === node) makers.delete(output)
    for (const input of node.inputs) if (input !== undefined) users.get(input)?.delete(node)
  }
  const insert = (parts: NodeParts, order: number): NetNode => {
    const node = { op: parts.op, inputs: [...parts.inputs], outputs: [...parts.outputs], attrs: parts.attrs, order }
    nodes.add(node)
    link(node)
    return node
  }
  const sorted = (): NetNode[] => [...nodes].sort((a, b) => a.order - b.order)

  const net: Net = {
    nodes: sorted,
    alive: (node) => nodes.has(node),
    value(name) {
      const value = values.get(name)
      if (value === undefined) throw new Error(`the network has no value ${name}`)
      return value
    },
    has: (name) => values.has(name),
    shape: (name) => net.value(name).type.shape,
    setValue: (value) => void values.set(value.name, value),
    producer: (name) => makers.get(name),
    users: (name) => [...(users.get(name) ?? [])].sort((a, b) => a.order - b.order),
    useCount(name) {
      let count = outputs.filter((output) => output === name).length
      for (const user of users.get(name) ?? []) count += user.inputs.filter((input) => input === name).length
      return count
    },
    isOutput: (name) => outputs.includes(name),
    add(parts, before) {
      if (before === undefined) return insert(parts, (last += 1))
      let previous = Number.NEGATIVE_INFINITY
      for (const node of nodes) if (node.order < before.order && node.order > previous) previous = node.order
      return insert(parts, previous === Number.NEGATIVE_INFINITY ? before.order - 1 : (previous + before.order) / 2)
    },
    change(node, parts) {
      unlink(node)
      Object.assign(node, parts)
      link(node)
    },
    remove(node) {
      unlink(node)
      nodes.delete(node)
    },
    redirect(from, to) {
      for (const user of [...(users.get(from) ?? [])]) {
        net.change(user, { inputs: user.inputs.map((input) => (input === from ? to : input)) })
      }
      outputs.forEach((output, i) => {
        if (output === from) outputs[i] = to
      })
    },
    rename(from, to) {
      if (from === to) return
      const value = net.value(from)
      if (values.has(to)) {
        throw new QError('ONNX_NAME_CLASH', 'two values would have one name', {
          at: [from],
          found: to,
          wanted: 'a name that is free',
          hint: 'rename one of the two in the model',
        })
      }
      values.delete(from)
      values.set(to, { ...value, name: to })
      const maker = makers.get(from)
      if (maker !== undefined) net.change(maker, { outputs: maker.outputs.map((output) => (output === from ? to : output)) })
      net.redirect(from, to)
    },
    freshName(wanted) {
      if (!values.has(wanted)) return wanted
      let number = 1
      while (values.has(`${wanted}_${number}`)) number++
      return `${wanted}_${number}`
    },
    prune() {
      let any = false
      for (const node of sorted().reverse()) {
        if (node.outputs.every((output) => (users.get(output)?.size ?? 0) === 0 && !outputs.includes(output))) {
          net.remove(node)
          any = true
        }
      }
      return any
    },
    finish({ ops, properties }) {
      const used = new Set([...graph.inputs.map(({ name }) => name), ...outputs])
      const finished: Node[] = sorted().map(({ op, inputs, outputs: results, attrs }) => ({ op, inputs, outputs: results, attrs }))
      for (const node of finished) for (const name of [...node.inputs, ...node.outputs]) if (name !== undefined) used.add(name)
      return {
        ...graph,
        nodes: finished,
        outputs,
        ops,
        properties: properties ?? graph.properties,
        values: new Map([...values].filter(([name]) => used.has(name))),
      }
    },
  }
  for (const node of graph.nodes) net.add({ op: node.op, inputs: [...node.inputs], outputs: [...node.outputs], attrs: node.attrs })
  return net
}
