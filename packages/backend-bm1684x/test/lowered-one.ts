import { type Attrs, allOps, type Diagnostic, type Graph, type Node, type Range, resolve, type Tensor, type Value } from '@q/ir'
import { memberOf } from '../src/bm1684x.ts'
import { chipFacts } from '../src/chips.ts'

/** A float graph of one node with calibrated operands `x`, `z` and constants. */
export interface One {
  readonly op: string
  readonly inputs: readonly string[]
  readonly attrs?: Attrs
  readonly shape?: readonly number[]
  /** Shapes of operands that have another one. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>
  readonly result?: readonly number[]
  readonly ranges: Readonly<Record<string, Range>>
  readonly constants?: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>
}

/** The graph of one node that makes `y`. */
export function graphOf({ op, inputs, attrs = {}, shape = [1, 1, 1, 3], shapes = {}, result = shape, constants = {} }: One): Graph {
  const node: Node = { op, inputs, outputs: ['y'], attrs }
  const values: Value[] = [
    ...inputs
      .filter((name) => constants[name] === undefined)
      .map((name): Value => ({ name, type: { dtype: 'f32', shape: shapes[name] ?? shape } })),
    ...Object.entries(constants).map(
      ([name, { shape: own, data }]): Value => ({
        name,
        type: { dtype: 'f32', shape: own },
        constant: { dtype: 'f32', shape: own, data: Float32Array.from(data) },
      }),
    ),
    { name: 'y', type: { dtype: 'f32', shape: result } },
  ]
  return {
    name: 'one',
    nodes: [node],
    values: new Map(values.map((value) => [value.name, value])),
    outputs: ['y'],
    ops: allOps,
    properties: { stage: 'float' },
    inputs: inputs.filter((name) => constants[name] === undefined).map((name) => ({ name })),
  }
}

/** A node in INT8. */
export interface Lowered {
  /** What makes `y`. */
  readonly node: Node
  readonly constant: (name: string) => readonly number[]
  readonly graph: Graph
  readonly diagnostics: readonly Diagnostic[]
}

/** Lowers a node to INT8. @param asymmetric whether codes have zero points */
export function lowered(one: One, asymmetric = false): Lowered {
  const table = new Map(Object.entries(one.ranges).map(([name, { min, max }]) => [name, { threshold: max, min, max }]))
  const { graph, diagnostics } = resolve(
    graphOf(one),
    table,
    new Map(),
    memberOf('bm1684x', { ...chipFacts.bm1684x, offersZeroPoints: asymmetric }),
    { mode: 'INT8', asymmetric },
  )
  return {
    graph,
    diagnostics,
    node: graph.nodes.find(({ outputs }) => outputs[0] === 'y')!,
    constant: (name) => Array.from((graph.values.get(name)!.constant as Tensor).data, Number),
  }
}
