import { valueOf } from '../graph/edges.ts'
import { definitionOf } from '../graph/node-types.ts'
import type { Attrs, Graph, Node, TensorType } from '../graph/types.ts'
import type { ImpliedAttrs } from './text-codec.ts'

/** The nodes with the attributes that the text of a family implies, where their operators have them. @param isMeant which nodes @default all */
export function withImplied(graph: Graph, implied: ImpliedAttrs = {}, isMeant: (node: Node) => boolean = () => true): Graph {
  const typeOf = (name: string): TensorType => valueOf(graph, name).type
  const isBf16 = (name: string | undefined): boolean => name !== undefined && typeOf(name).dtype === 'bf16'
  const meant = (node: Node): Attrs => {
    if (typeof implied === 'function') return implied(node, typeOf)
    const { attrs } = definitionOf(node, graph.ops)
    return Object.fromEntries(
      Object.entries(implied).filter(([name]) =>
        name === 'bf16' ? [...node.inputs, ...node.outputs].some(isBf16) : attrs[name] !== undefined && node.attrs[name] === undefined,
      ),
    )
  }
  const nodes = graph.nodes.map((node) => {
    const own = isMeant(node) ? meant(node) : {}
    return Object.keys(own).length === 0 ? node : { ...node, attrs: { ...node.attrs, ...own } }
  })
  return { ...graph, nodes }
}
