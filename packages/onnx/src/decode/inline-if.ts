import type proto from 'onnx-proto'
import type { Literal } from '../fold/literal.ts'

type NodeProto = proto.onnx.INodeProto
type GraphProto = proto.onnx.IGraphProto

const graphsOf = (node: NodeProto): readonly GraphProto[] =>
  (node.attribute ?? []).flatMap(({ g, graphs }) => [...(g === null || g === undefined ? [] : [g]), ...(graphs ?? [])])

/** Every tensor a node reads: its operands, and what the graphs inside it read from outside. */
export function readBy(node: NodeProto): readonly string[] {
  const inner = graphsOf(node).flatMap((graph) => {
    const own = namesOf(graph)
    const read = [...(graph.node ?? []).flatMap(readBy), ...(graph.output ?? []).map(({ name }) => name ?? '')]
    return read.filter((name) => !own.has(name))
  })
  return [...(node.input ?? []), ...inner]
}

/** A node that reads and makes tensors under other names; graphs inside it keep the names that are their own. */
function renamedNode(node: NodeProto, renamed: (name: string) => string): NodeProto {
  return {
    ...node,
    opType: node.opType ?? '',
    domain: node.domain ?? '',
    input: (node.input ?? []).map(renamed),
    output: (node.output ?? []).map(renamed),
    attribute: (node.attribute ?? []).map((each) => (each.g ? { ...each, g: renamedGraph(each.g, renamed) } : each)),
  }
}

function renamedGraph(graph: GraphProto, renamed: (name: string) => string): GraphProto {
  const own = namesOf(graph)
  const inner = (name: string): string => (own.has(name) ? name : renamed(name))
  return {
    ...graph,
    node: (graph.node ?? []).map((each) => renamedNode(each, inner)),
    output: (graph.output ?? []).map((each) => ({ ...each, name: inner(each.name ?? '') })),
  }
}

/** The names that a graph gives to tensors of its own. */
function namesOf(graph: GraphProto): ReadonlySet<string> {
  const made = (graph.node ?? []).flatMap(({ output }) => output ?? [])
  return new Set([...[...(graph.initializer ?? []), ...(graph.input ?? [])].map(({ name }) => name ?? ''), ...made])
}

/**
 * The nodes that stand for an If whose condition is known: those of the branch taken, its results under the names of the
 * If's, its other tensors under their own unless another branch has put one there already. Exporters write such an If for a Squeeze of
 * an axis whose size they did not know.
 */
export function inlinedIf(node: NodeProto, condition: Literal, isTaken: (name: string) => boolean): readonly NodeProto[] | undefined {
  const wanted = condition.data[0] === 0 ? 'else_branch' : 'then_branch'
  const branch = (node.attribute ?? []).find(({ name }) => name === wanted)?.g
  if (branch === null || branch === undefined) return undefined
  const results = (branch.output ?? []).map(({ name }) => name ?? '')
  const made = new Set((branch.node ?? []).flatMap(({ output }) => output ?? []))
  const names = new Map(results.flatMap((name, i) => (made.has(name) ? [[name, node.output?.[i] ?? ''] as const] : [])))
  for (const name of namesOf(branch)) if (name !== '' && !names.has(name) && isTaken(name)) names.set(name, `${node.output?.[0]}/${name}`)
  const renamed = (name: string): string => names.get(name) ?? name
  return [
    ...(branch.initializer ?? []).map(
      (value): NodeProto => ({
        opType: 'Constant',
        output: [renamed(value.name ?? '')],
        attribute: [{ name: 'value', type: 4, t: value }],
      }),
    ),
    ...(branch.node ?? []).map((each) => renamedNode(each, renamed)),
    ...results.flatMap((name, i): NodeProto[] =>
      renamed(name) === node.output?.[i] ? [] : [{ opType: 'Identity', input: [renamed(name)], output: [node.output?.[i] ?? ''] }],
    ),
  ]
}
