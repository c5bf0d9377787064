import { valueOf } from '../graph/edges.ts'
import { definitionOf } from '../graph/node-types.ts'
import type { Attrs, Graph, Node, TensorType } from '../graph/types.ts'
import type { RoundingMode } from '../number/rounding.ts'
import type { ImpliedAttrs } from './text-codec.ts'

/** The nodes with the attributes that the text of a family implies, where their operators have them. @param isMeant which nodes @default all */
export function withImplied(graph: Graph, implied: ImpliedAttrs = {}, isMeant: (node: Node) => boolean = () => true): Graph {
  return changed(graph, (node) => (isMeant(node) ? meantOf(node, graph, implied) : {}))
}

/** The nodes as a text says them: one whose rounding the family implies has the word that it has everywhere. @param word what the text says of roundings */
export function withoutImplied(graph: Graph, implied: ImpliedAttrs | undefined, word: RoundingMode): Graph {
  if (implied === undefined) return graph
  return changed(graph, (node) => {
    const { rounding } = meantOf(node, graph, implied)
    return rounding !== undefined && rounding === node.attrs['rounding'] ? { rounding: word } : {}
  })
}

function meantOf(node: Node, graph: Graph, implied: ImpliedAttrs): Attrs {
  const typeOf = (name: string): TensorType => valueOf(graph, name).type
  const isBf16 = (name: string | undefined): boolean => name !== undefined && typeOf(name).dtype === 'bf16'
  if (typeof implied === 'function') return implied(node, typeOf)
  const { attrs } = definitionOf(node, graph.ops)
  return Object.fromEntries(
    Object.entries(implied).filter(([name]) =>
      name === 'bf16' ? [...node.inputs, ...node.outputs].some(isBf16) : attrs[name] !== undefined && node.attrs[name] === undefined,
    ),
  )
}

function changed(graph: Graph, attrsOf: (node: Node) => Attrs): Graph {
  const nodes = graph.nodes.map((node) => {
    const own = attrsOf(node)
    return Object.keys(own).length === 0 ? node : { ...node, attrs: { ...node.attrs, ...own } }
  })
  return { ...graph, nodes }
}
