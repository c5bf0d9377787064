import { edgesOf, type Graph, layerOf, type Node } from '@q/ir'

/** A graph, indexed for looking for patterns in it; inputs of the network are nodes of the operator `Input`. */
export interface Network {
  /** Inputs first, then the nodes of the graph. */
  readonly nodes: readonly Node[]
  readonly byOperator: ReadonlyMap<string, readonly Node[]>
  /** What a node is to patterns: its operator, `MulConst` and the like where it computes with a number. */
  operatorOf(node: Node): string
  /** The computed operands of a node, one that it takes twice twice: constants are none. */
  before(node: Node): readonly Node[]
  /** The nodes that use what a node computes, each once. */
  after(node: Node): readonly Node[]
}

/** Operators that are others to patterns with a constant of one element. */
const withConstant: ReadonlySet<string> = new Set(['Mul', 'Add', 'Sub', 'Div'])
/** What they are called then. */
export const constantForms: readonly string[] = [...withConstant].map((operator) => `${operator}Const`)

/** Indexes a graph. */
export function networkOf(graph: Graph): Network {
  const { producer, consumers } = edgesOf(graph)
  const inputs = graph.inputs.map(({ name }): Node => ({ op: 'Input', inputs: [], outputs: [name], attrs: {} }))
  const makers = new Map([...inputs.map((node) => [layerOf(node), node] as const), ...producer])
  const byOperator = new Map<string, Node[]>()
  const nodes = [...inputs, ...graph.nodes]
  const operatorOf = (node: Node): string =>
    withConstant.has(node.op) && node.inputs.some((name) => isNumber(graph, name)) ? `${node.op}Const` : node.op
  for (const node of nodes) {
    const operator = operatorOf(node)
    const others = byOperator.get(operator)
    if (others === undefined) byOperator.set(operator, [node])
    else others.push(node)
  }
  return {
    nodes,
    byOperator,
    operatorOf,
    before: (node) => node.inputs.flatMap((name) => (name === undefined ? [] : (makers.get(name) ?? []))),
    after: (node) => [...new Set(node.outputs.flatMap((name) => consumers.get(name) ?? []))],
  }
}

/** What each layer is to patterns, by its name: its operator, `MulConst` and the like where it computes with a constant of one element. */
export function operatorsByLayer(graph: Graph): ReadonlyMap<string, string> {
  const { nodes, operatorOf } = networkOf(graph)
  return new Map(nodes.map((node) => [layerOf(node), operatorOf(node)]))
}

function isNumber({ values }: Graph, name: string | undefined): boolean {
  const value = name === undefined ? undefined : values.get(name)
  return value?.isConstant === true && value.type.shape.reduce((product, size) => product * size, 1) === 1
}
