import type { Attrs, Graph, Node } from '@q/ir'
import { attributesOf, valueOf } from '@q/ir'
import { definitionOf } from '@q/ir/graph'
import type { KernelForms } from './kernel-forms.ts'
import { carrierOf, toCarrier } from './onnx/carriers.ts'
import { hasKernel } from './onnx/kernel-types.ts'
import { onnxBuilder } from './onnx/onnx-builder.ts'
import { translationsOf } from './translate/translate-node.ts'
import type { Precision, Translation } from './translate/translator.ts'

/** Consecutive nodes as one model of standard ONNX operators. */
export interface TranslatedPart {
  readonly model: Graph
  /** Values of the graph that are fed, and the model's inputs that carry them. */
  readonly feeds: ReadonlyMap<string, string>
  /** Values of the graph that can be fetched, and the model's values that carry them. */
  readonly fetches: ReadonlyMap<string, string>
  /** For each node of the model, the node of the graph that it was written for; `undefined` for copies that make results. */
  readonly sources: readonly (Node | undefined)[]
}

/** How nodes are translated. */
export interface PartOptions {
  readonly precision: Precision
  readonly kernels: KernelForms
  /**
   * Whether the runtime's `QLinearConv` is known to round the product of an int32 sum and its factor in float32, ties to even: then `exact` takes it where its codes are proven.
   * @default false
   */
  readonly fusesInFloat32?: boolean
  /** Whether norms, Sigmoid and a linear Resize are the operators that ONNX has for them, as in files of float networks; else they are computed by their definition, norms and Resize in `exact` in its order. @default false */
  readonly keepsOperators?: boolean
}

/** A part that grows node by node. */
export interface PartDraft {
  /** Translates a node behind those before it. @returns whether it could be; if not, the draft is as it was */
  add(node: Node): boolean
  /** @param fetches values wanted from the part */
  finish(fetches: readonly string[]): TranslatedPart
}

/** A model that grows by the translations of a graph's nodes. */
export interface GrowingModel {
  readonly t: Translation
  /** Values of the graph that stand in the model, and what carries them there. */
  readonly carried: ReadonlyMap<string, string>
  /** Those of them that the model is fed. */
  readonly feeds: ReadonlyMap<string, string>
  /** For each node of the model, the node of the graph that it was written for. */
  readonly sources: readonly Node[]
  /** Says what carries a value. */
  carry(name: string, id: string): void
  /** Translates a node behind those before it. @returns whether it could be; if not, the model is as it was */
  add(node: Node): boolean
}

/** Begins a model of nodes of a graph. */
export function growingModel(
  graph: Graph,
  { precision, kernels, fusesInFloat32 = false, keepsOperators = false }: PartOptions,
): GrowingModel {
  const build = onnxBuilder()
  const carried = new Map<string, string>()
  const feeds = new Map<string, string>()
  const sources: Node[] = []
  const attributes = new Map<Node, Attrs>()
  let added: string[] = []
  const t: Translation = {
    build,
    graph,
    precision,
    keepsOperators,
    kernels,
    fusesInFloat32,
    typeOf: (name) => valueOf(graph, name).type,
    valueOf: (name) => valueOf(graph, name),
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
      const id = constant === undefined ? build.input({ dtype: carrierOf(type), shape: type.shape }) : build.constant(toCarrier(constant))
      if (constant === undefined) feeds.set(name, id)
      carried.set(name, id)
      added.push(name)
      return id
    },
  }
  return {
    t,
    carried,
    feeds,
    sources,
    carry: (name, id) => void carried.set(name, id),
    add(node) {
      const results = firstOf(translationsOf(node, t), (translate) => {
        const restore = build.mark()
        added = []
        const before = build.nodeCount()
        const made = translate(node, t)
        const isRunnable = () => build.nodesFrom(before).every((each) => hasKernel(each, (name) => build.typeOf(name).dtype))
        if (made !== undefined && isRunnable()) return made
        restore()
        for (const name of added) {
          carried.delete(name)
          feeds.delete(name)
        }
        return undefined
      })
      if (results === undefined) return false
      node.outputs.forEach((name, i) => {
        if (results[i] !== undefined) carried.set(name, results[i])
      })
      while (sources.length < build.nodeCount()) sources.push(node)
      return true
    },
  }
}

function firstOf<T, R>(items: readonly T[], of: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = of(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** Begins a part of a graph. */
export function draftPart(graph: Graph, options: PartOptions): PartDraft {
  const { t, add, feeds, sources } = growingModel(graph, options)
  return {
    add,
    finish(fetches) {
      const { build } = t
      const taken = new Set<string>()
      const outputs = new Map(
        fetches.map((name) => {
          const id = t.carried(name)
          // A model's output is made by a node of its own, not by an input, a constant or another output; a copy of it costs a pass.
          const made = build.isMade(id) && !taken.has(id) ? id : build.node('Identity', [id], build.typeOf(id))
          taken.add(made)
          return [name, made]
        }),
      )
      const model = build.build(graph.name, [...outputs.values()])
      return { model, feeds, fetches: outputs, sources: model.nodes.map((_, i) => sources[i]) }
    },
  }
}
