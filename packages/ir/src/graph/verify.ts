import { isQError, QError } from '../errors.ts'
import type { OpDefinition } from '../ops/define.ts'
import { didYouMean } from '../suggest.ts'
import { elementCount } from '../tensor/tensor.ts'
import { layerOf } from './edges.ts'
import { definitionOf, inferNode } from './node-types.ts'
import type { Graph, Node, Value } from './types.ts'

/**
 * Every defect of a graph's structure, in the order of its nodes; none for a sound graph. Cheap: no element is read.
 *
 * A sound graph has, for every node, a known operator, operands that are inputs, constants or made by an earlier node,
 * attributes the operator has, and results of the shapes the operator gives, each made once; its constants fill their
 * shapes and its outputs exist.
 *
 * Codes: `GRAPH_VALUE`, `GRAPH_ORDER`, `GRAPH_TWICE`, `GRAPH_OPERANDS`, `GRAPH_SHAPE`, `GRAPH_CONSTANT`, `GRAPH_OUTPUT`,
 * and those of `inferNode`.
 */
export function graphDefects(graph: Graph): readonly QError[] {
  const defects: QError[] = []
  const ready = new Set<string>()
  const claim = (name: string, at: string): void => {
    if (ready.has(name)) {
      defects.push(
        new QError('GRAPH_TWICE', `the value ${name} is made twice`, {
          at: [at],
          found: `${name} a second time`,
          wanted: 'one maker for every value',
          hint: 'rename one of the two, with its users',
        }),
      )
    }
    ready.add(name)
  }
  for (const { name } of graph.inputs) {
    if (!graph.values.has(name)) defects.push(missing(name, name, graph))
    claim(name, name)
  }
  for (const [name, value] of graph.values) {
    if (!isConstant(value)) continue
    claim(name, name)
    defects.push(...constantDefects(value))
  }
  for (const node of graph.nodes) {
    defects.push(...nodeDefects(node, graph, ready))
    for (const output of node.outputs) claim(output, layerOf(node))
  }
  for (const name of graph.outputs) {
    if (ready.has(name)) continue
    defects.push(
      new QError('GRAPH_OUTPUT', `nothing makes the output ${name} of the graph`, {
        at: [name],
        found: `the name ${name}`,
        wanted: 'an input, a constant or a result',
        hint: didYouMean(name, ready, 'take it from the outputs, or add the node that makes it'),
      }),
    )
  }
  return defects
}

/** Does nothing for a sound graph. @throws QError the first of {@link graphDefects} */
export function verifyGraph(graph: Graph): void {
  const [first] = graphDefects(graph)
  if (first !== undefined) throw first
}

function isConstant({ constant, isConstant = false }: Value): boolean {
  return isConstant || constant !== undefined
}

function constantDefects({ name, type, constant }: Value): readonly QError[] {
  if (constant === undefined) return []
  const same = constant.shape.length === type.shape.length && constant.shape.every((d, i) => d === type.shape[i])
  if (same && constant.dtype === type.dtype && constant.data.length === elementCount(type.shape)) return []
  return [
    new QError('GRAPH_CONSTANT', `the constant ${name} is not of its type`, {
      at: [name],
      found: `${constant.data.length} elements, ${constant.dtype}[${constant.shape.join(', ')}]`,
      wanted: `${type.dtype}[${type.shape.join(', ')}]`,
      hint: 'correct the type of the value, or its elements',
    }),
  ]
}

function nodeDefects(node: Node, graph: Graph, ready: ReadonlySet<string>): readonly QError[] {
  const at = [node.outputs[0] ?? node.op]
  const unknown = [...node.inputs, ...node.outputs].filter((name) => name !== undefined && !graph.values.has(name))
  if (unknown.length > 0) return unknown.map((name) => missing(name!, at[0]!, graph))
  const early = node.inputs.filter((name) => name !== undefined && !ready.has(name))
  const defects = early.map(
    (name) =>
      new QError('GRAPH_ORDER', `${node.op} uses ${name!} before it is made`, {
        at,
        found: name!,
        wanted: 'operands that earlier nodes make',
        hint: 'put the node that makes it before this one, or make it an input or a constant',
      }),
  )
  try {
    const counts = countDefect(node, definitionOf(node, graph.ops), at)
    if (counts !== undefined) return [...defects, counts]
    const inferred = inferNode(node, graph.ops, (name) => graph.values.get(name)!.type)
    return [...defects, ...node.outputs.flatMap((name, i) => shapeDefects(graph.values.get(name)!, inferred[i]!.shape, node, at))]
  } catch (error) {
    if (!isQError(error)) throw error
    return [...defects, error]
  }
}

function countDefect(node: Node, { inputs, outputs }: OpDefinition, at: readonly string[]): QError | undefined {
  const operands = Object.values(inputs)
  const most = operands.some(({ arity }) => arity === 'many') ? Number.POSITIVE_INFINITY : operands.length
  const results = Object.keys(outputs).length
  const fits = node.inputs.length <= most && node.outputs.length >= 1 && node.outputs.length <= results
  return fits
    ? undefined
    : new QError('GRAPH_OPERANDS', `${node.op} has operands or results it does not know`, {
        at,
        found: `${node.inputs.length} operands, ${node.outputs.length} results`,
        wanted: `${Object.keys(inputs).join(', ') || 'no operands'}; ${Object.keys(outputs).join(', ')}`,
        hint: 'give the node the operands and results of its operator',
      })
}

function shapeDefects({ name, type }: Value, shape: readonly number[], node: Node, at: readonly string[]): readonly QError[] {
  if (type.shape.length === shape.length && type.shape.every((d, i) => d === shape[i])) return []
  return [
    new QError('GRAPH_SHAPE', `${name} has not the shape that ${node.op} gives`, {
      at,
      found: `[${type.shape.join(', ')}]`,
      wanted: `[${shape.join(', ')}]`,
      hint: 'correct the shape of the value, or the operands and attributes of the node',
    }),
  ]
}

function missing(name: string, at: string, { values }: Graph): QError {
  return new QError('GRAPH_VALUE', `the graph has no value ${name}`, {
    at: [at],
    found: name,
    wanted: 'a type for every input, operand and result',
    hint: didYouMean(name, values.keys(), 'add it to the values of the graph'),
  })
}
