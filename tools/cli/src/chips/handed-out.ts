import type { Graph, LowerContext, Node, Tensor, Value } from '@q/ir'

/**
 * What a module of the user's is given of this program's own: nothing that it writes to changes what is compared with the chip afterwards.
 * Nodes, types and attributes are frozen, so that writing to them throws; lists are copies, and so are the elements of constants, one for all who ask.
 */
export interface HandedOut {
  node(node: Node): Node
  graph(graph: Graph): Graph
  context(context: LowerContext): LowerContext
}

/** Hands out of one run; constants that were handed out before are the same again. */
export function createHandedOut(): HandedOut {
  const copies = new WeakMap<Tensor, Tensor>()
  const tensorOf = (tensor: Tensor): Tensor => {
    const known = copies.get(tensor)
    if (known !== undefined) return known
    const copy = frozen({ ...tensor, shape: [...tensor.shape], data: tensor.data.slice() } as Tensor)
    copies.set(tensor, copy)
    // What comes back in what a module returns is handed out as it is.
    copies.set(copy, copy)
    return copy
  }
  const valueOf = (value: Value): Value => {
    frozen(value.type)
    return value.constant === undefined ? value : { ...value, constant: tensorOf(value.constant) }
  }
  const graph = (given: Graph): Graph => ({
    ...given,
    nodes: given.nodes.map((each) => frozen(each)),
    inputs: [...given.inputs],
    outputs: [...given.outputs],
    values: new Map([...given.values].map(([name, value]) => [name, valueOf(value)])),
    properties: { ...given.properties },
  })
  const context = (given: LowerContext): LowerContext =>
    // Members of the context that fail in float modes are not to be read here.
    Object.create(given, {
      in: { value: (mode: string) => context(given.in(mode)) },
      constantOf: {
        value(name: string | undefined) {
          const constant = given.constantOf(name)
          return constant === undefined ? undefined : tensorOf(constant)
        },
      },
      producer: { value: (name: string) => frozen(given.producer(name)) },
      consumers: { value: (name: string) => given.consumers(name).map((each) => frozen(each)) },
      typeOf: { value: (name: string) => frozen(given.typeOf(name)) },
    }) as LowerContext
  return { node: frozen, graph, context }
}

/** Freezes plain data and what it holds; elements of tensors cannot be frozen. */
function frozen<Data>(data: Data): Data {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data) || Object.isFrozen(data)) return data
  Object.freeze(data)
  for (const each of Object.values(data)) frozen(each)
  return data
}
