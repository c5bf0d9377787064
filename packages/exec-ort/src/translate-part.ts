import { attributesOf, definitionOf, valueOf } from '@q/ir'
import type { Attrs, Graph, Node } from '@q/ir'
import type { KernelForms } from './kernel-forms.ts'
import { carrierOf, toCarrier } from './onnx/carriers.ts'
import { onnxBuilder } from './onnx/onnx-builder.ts'
import { translateNode } from './translate/index.ts'
import type { Precision, Translation } from './translate/translator.ts'

/** Consecutive nodes as one model of standard ONNX operators. */
export interface TranslatedPart {
  readonly model: Graph
  /** Values of the graph that are fed, and the model's inputs that carry them. */
  readonly feeds: ReadonlyMap<string, string>
  /** Values of the graph that can be fetched, and the model's values that carry them. */
  readonly fetches: ReadonlyMap<string, string>
}

/** What is known of int32 values from parts before this one. */
export type Bounds = Map<string, number>

/**
 * Translates nodes one after the other.
 *
 * @param fetches values wanted from the part
 * @returns the part, or the first node that cannot be translated
 */
export function translatePart(
  graph: Graph,
  nodes: readonly Node[],
  fetches: readonly string[],
  options: { readonly precision: Precision; readonly kernels: KernelForms; readonly bounds: Bounds },
): TranslatedPart | Node {
  const build = onnxBuilder()
  const carried = new Map<string, string>()
  const feeds = new Map<string, string>()
  const attributes = new Map<Node, Attrs>()
  const typeOf = (name: string) => valueOf(graph, name).type
  const t: Translation = {
    build,
    graph,
    precision: options.precision,
    kernels: options.kernels,
    typeOf,
    valueOf: (name) => valueOf(graph, name),
    boundOf: (name) => options.bounds.get(name) ?? 2 ** 31,
    setBound: (name, bound) => void options.bounds.set(name, bound),
    attrs(node) {
      const known = attributes.get(node)
      if (known !== undefined) return known
      const filled = attributesOf(node, definitionOf(node, graph.ops))
      attributes.set(node, filled)
      return filled
    },
    carried(name) {
      const known = carried.get(name)
      if (known !== undefined) return known
      const { type, constant } = valueOf(graph, name)
      const id = constant === undefined ? build.input(name, { dtype: carrierOf(type), shape: type.shape }) : build.constant(toCarrier(constant))
      if (constant === undefined) feeds.set(name, id)
      carried.set(name, id)
      return id
    },
  }
  for (const node of nodes) {
    const results = translateNode(node, t)
    if (results === undefined) return node
    node.outputs.forEach((name, i) => {
      if (results[i] !== undefined) carried.set(name, results[i])
    })
  }
  const outputs = new Map(fetches.map((name) => [name, build.node('Identity', [t.carried(name)], build.typeOf(t.carried(name)))]))
  return { model: build.build(graph.name, [...outputs.values()]), feeds, fetches: outputs }
}
