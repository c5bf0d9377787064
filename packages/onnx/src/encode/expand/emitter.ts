import { type Attrs, type DType, type Graph, type Node, type TensorData, type Value, valueOf } from '@q/ir'

/** Collects the standard nodes that stand for the nodes of a graph. */
export interface Emitter {
  readonly graph: Graph
  /** Adds a node; without a result name it gets one of its own. Gives the name of its result. */
  add(op: string, inputs: readonly (string | undefined)[], attrs?: Attrs, result?: string): string
  /** Adds a node of several results. */
  addMany(op: string, inputs: readonly (string | undefined)[], attrs: Attrs, results: readonly string[]): void
  /** Adds a constant. */
  constant(dtype: DType, shape: readonly number[], data: TensorData): string
  whole(numbers: readonly number[], shape?: readonly number[]): string
  number(value: number): string
  shape(name: string): readonly number[]
  value(name: string): Value
  /** A constant in another shape. */
  reshaped(name: string, shape: readonly number[]): string
  finish(): { readonly nodes: readonly Node[]; readonly values: ReadonlyMap<string, Value> }
}

/** Starts collecting; every value of the graph is known, numbers of 64 bits become float32. */
export function emitterOf(graph: Graph): Emitter {
  const nodes: Node[] = []
  const values = new Map<string, Value>()
  for (const [name, value] of graph.values) {
    const { constant } = value
    values.set(
      name,
      constant === undefined || constant.dtype !== 'f64'
        ? value
        : {
            ...value,
            type: { ...value.type, dtype: 'f32' },
            constant: { dtype: 'f32', shape: constant.shape, data: Float32Array.from(constant.data as Float64Array) },
          },
    )
  }
  let next = 0
  const fresh = (): string => {
    while (values.has(`q_${next}`)) next++
    return `q_${next++}`
  }
  const emitter: Emitter = {
    graph,
    add(op, inputs, attrs = {}, result = fresh()) {
      nodes.push({ op, inputs, outputs: [result], attrs })
      if (!values.has(result)) values.set(result, { name: result, type: { dtype: 'f32', shape: [] } })
      return result
    },
    addMany(op, inputs, attrs, results) {
      nodes.push({ op, inputs, outputs: results, attrs })
      for (const result of results) if (!values.has(result)) values.set(result, { name: result, type: { dtype: 'f32', shape: [] } })
    },
    constant(dtype, shape, data) {
      const name = fresh()
      values.set(name, { name, type: { dtype, shape }, isConstant: true, constant: { dtype, shape, data } })
      return name
    },
    whole: (numbers, shape = [numbers.length]) => emitter.constant('i64', shape, BigInt64Array.from(numbers, BigInt)),
    number: (value) => emitter.constant('f32', [], Float32Array.of(value)),
    shape: (name) => valueOf(graph, name).type.shape,
    value: (name) => values.get(name) ?? valueOf(graph, name),
    reshaped(name, shape) {
      const { constant } = emitter.value(name)
      return constant === undefined
        ? emitter.add('Reshape', [name, emitter.whole(shape)])
        : emitter.constant(constant.dtype, shape, constant.data)
    },
    finish: () => ({ nodes, values }),
  }
  return emitter
}

/** Writes a canonical node as standard nodes; the last one must make `result` (the node's first result unless a ReLU follows). */
export type Expand = (emitter: Emitter, node: Node, attrs: Attrs, result: string) => void

/** The names of a node's operands. */
export const operands = (node: Node): readonly string[] => node.inputs as readonly string[]
