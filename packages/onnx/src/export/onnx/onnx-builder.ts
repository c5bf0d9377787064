import type { Attrs, DType, Graph, Node, Tensor, Value } from '@q/ir'
import { tensorOf } from '../../fold/literal.ts'
import { elementTypeNumber } from '../../signature/element-types.ts'
import { onnxOps } from '../../signature/written-ops.ts'

/** Element type and shape of a value while a model is built. */
export interface OnnxType {
  readonly dtype: DType
  readonly shape: readonly number[]
}

/** Builds a graph of standard ONNX operators node by node. Value names are made here and never clash. */
export interface OnnxBuilder {
  /** A model input. */
  input(type: OnnxType): string
  /** A constant; the same tensor object gives the same value. */
  constant(tensor: Tensor): string
  /** A constant of one element, or a list along one axis. */
  numbers(dtype: DType, values: number | readonly number[], shape?: readonly number[]): string
  /** One node with one result. @returns the result's name */
  node(op: string, inputs: readonly (string | undefined)[], type: OnnxType, attrs?: Attrs): string
  /** One node with several results. */
  nodes(op: string, inputs: readonly (string | undefined)[], types: readonly OnnxType[], attrs?: Attrs): readonly string[]
  /** `Cast`; the same one for the same value. */
  cast(x: string, to: DType): string
  typeOf(name: string): OnnxType
  /** How many nodes there are. */
  nodeCount(): number
  /** The nodes from one on. */
  nodesFrom(first: number): readonly Node[]
  /** Whether a node makes the value: it is neither an input nor a constant. */
  isMade(name: string): boolean
  /** Remembers how far the model has come. @returns a function that takes back every node and input added since */
  mark(): () => void
  /** @param names other names for values; names that were made here and would clash with them are made anew */
  build(name: string, outputs: readonly string[], names?: ReadonlyMap<string, string>): Graph
}

/** An empty model. */
export function onnxBuilder(): OnnxBuilder {
  const values = new Map<string, Value>()
  const nodes: Node[] = []
  const inputs: string[] = []
  const constants = new Map<Tensor, string>()
  const scalars = new Map<string, string>()
  const casts = new Map<string, string>()
  let count = 0
  const fresh = (hint: string) => `${hint}_${count++}`

  const builder: OnnxBuilder = {
    input(type) {
      const id = fresh('feed')
      inputs.push(id)
      values.set(id, { name: id, type })
      return id
    },
    constant(tensor) {
      const known = constants.get(tensor)
      if (known !== undefined) return known
      const name = fresh('c')
      constants.set(tensor, name)
      values.set(name, { name, type: { dtype: tensor.dtype, shape: tensor.shape }, isConstant: true, constant: tensor })
      return name
    },
    numbers(dtype, numbers, shape) {
      const list = typeof numbers === 'number' ? [numbers] : numbers
      const dims = shape ?? (typeof numbers === 'number' ? [] : [list.length])
      const made = () => builder.constant(tensorOf({ dtype, shape: dims, data: Float64Array.from(list) }))
      if (list.length > 16) return made()
      const key = `${dtype}[${dims.join(',')}]${list.join(',')}`
      const known = scalars.get(key)
      if (known !== undefined) return known
      const name = made()
      scalars.set(key, name)
      return name
    },
    node: (op, operands, type, attrs) => builder.nodes(op, operands, [type], attrs)[0]!,
    nodes(op, operands, types, attrs = {}) {
      const results = types.map((type) => {
        const name = fresh(op)
        values.set(name, { name, type })
        return name
      })
      nodes.push({ op, inputs: operands, outputs: results, attrs })
      return results
    },
    cast(x, to) {
      const { dtype, shape } = builder.typeOf(x)
      if (dtype === to) return x
      const key = `${x} ${to}`
      const known = casts.get(key)
      if (known !== undefined) return known
      const made = builder.node('Cast', [x], { dtype: to, shape }, { to: elementTypeNumber[to] })
      casts.set(key, made)
      return made
    },
    typeOf: (name) => values.get(name)!.type,
    nodeCount: () => nodes.length,
    nodesFrom: (first) => nodes.slice(first),
    isMade: (name) => nodes.some(({ outputs }) => outputs.includes(name)),
    mark() {
      const before = { nodes: nodes.length, inputs: inputs.length, casts: casts.size }
      return () => {
        nodes.length = before.nodes
        inputs.length = before.inputs
        // A map keeps the order of insertion.
        for (const key of [...casts.keys()].slice(before.casts)) casts.delete(key)
      }
    },
    build(name, outputs, names = new Map()) {
      const taken = new Set(names.values())
      const finals = new Map(names)
      const nameOf = (id: string): string => {
        const known = finals.get(id)
        if (known !== undefined) return known
        let free = id
        while (taken.has(free)) free = fresh(id)
        finals.set(id, free)
        return free
      }
      return {
        name,
        inputs: inputs.map((input) => ({ name: nameOf(input) })),
        outputs: outputs.map(nameOf),
        nodes: nodes.map((node) => ({
          ...node,
          inputs: node.inputs.map((id) => (id === undefined ? id : nameOf(id))),
          outputs: node.outputs.map(nameOf),
        })),
        values: new Map([...values].map(([id, value]) => [nameOf(id), { ...value, name: nameOf(id) }])),
        ops: onnxOps,
        properties: {},
      }
    },
  }
  return builder
}
