import type { Backend, ResolveSettings } from '../contracts/backend.ts'
import type { Plan } from '../contracts/strategy.ts'
import { type Diagnostic, QError } from '../errors.ts'
import { type Edges, edgesOf, layerOf, valueOf } from '../graph/edges.ts'
import { attributesOf, definitionOf } from '../graph/node-types.ts'
import { formOf } from '../graph/op-form.ts'
import type { Graph, Node, TensorType } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { chooseMode } from './choose-mode.ts'
import type { LowerContext, LoweredNode } from './lower-context.ts'
import type { LoweringCache } from './lowering-cache.ts'
import { quantizedTypeOf } from './quantized-type.ts'

/** One float node and what it became. */
export interface LoweredStep {
  readonly node: Node
  readonly lowered: LoweredNode
}

/** Lowers every node of a float graph with ranges, in order. */
export function lowerNodes(
  graph: Graph,
  plan: Plan,
  backend: Backend,
  settings: ResolveSettings,
  cache: LoweringCache | undefined,
): readonly LoweredStep[] {
  const contextIn = contextOf(graph, plan, backend, settings)
  const { consumers } = edgesOf(graph)
  return graph.nodes.map((node) => {
    const mode = chooseMode(node, graph, plan, backend.target, settings)
    const refusal = backend.restrict?.(node, mode, graph, plan)
    if (refusal !== undefined) {
      throw new QError(refusal.code, refusal.message, {
        at: refusal.at.length > 0 ? refusal.at : [layerOf(node)],
        found: mode,
        wanted: 'a mode that the back end has for this layer',
        hint: 'give the layer another mode in the quantization table',
      })
    }
    const lower = backend.lower[formOf(node, (name) => valueOf(graph, name))] ?? backend.lower[node.op]
    if (lower === undefined) {
      throw new QError('OP_UNSUPPORTED', `the back end ${backend.name} has no lowering for ${node.op}`, {
        at: [layerOf(node)],
        found: node.op,
        wanted: `one of ${Object.keys(backend.lower).join(', ')}`,
        hint: 'cut the graph before this layer, or write a lowering for it',
      })
    }
    if (cache === undefined) return { node, lowered: withOrigin(lower(node, contextIn(mode)), node) }
    const key = keyOf(node, mode, graph, consumers, plan, settings)
    let lowered = cache.nodes.get(key)
    if (lowered === undefined) cache.nodes.set(key, (lowered = withOrigin(lower(node, contextIn(mode)), node)))
    return { node, lowered }
  })
}

/** Diagnostics of all lowered nodes. */
export const diagnosticsOf = (steps: readonly LoweredStep[]): readonly Diagnostic[] =>
  steps.flatMap(({ lowered }) => lowered.diagnostics ?? [])

function contextOf(graph: Graph, plan: Plan, { target }: Backend, settings: ResolveSettings): (mode: QuantMode) => LowerContext {
  const edges = edgesOf(graph)
  const quantizedType = (name: string): TensorType => {
    const { type } = valueOf(graph, name)
    const maker = edges.producer.get(name)
    const isTruth =
      maker !== undefined &&
      (target.truthOps ?? []).includes(formOf(maker, (each) => valueOf(graph, each))) &&
      chooseMode(maker, graph, plan, target, settings) === 'INT8'
    if (isTruth) return { dtype: 'u8', shape: type.shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } }
    return quantizedTypeOf(name, type, settings.asymmetric)
  }
  const contextIn = (mode: QuantMode): LowerContext => ({
    graph,
    plan,
    mode,
    target,
    asymmetric: settings.asymmetric,
    highPrecision: settings.highPrecision,
    in: (other) => (other === mode ? contextIn(mode) : contextIn(other)),
    typeOf: (name) => valueOf(graph, name).type,
    quantizedType,
    constantOf: (name) => (name === undefined ? undefined : valueOf(graph, name).constant),
    useCount: edges.useCount,
    consumers: (name) => edges.consumers.get(name) ?? [],
    producer: (name) => edges.producer.get(name),
    attrs: (node) => attributesOf(node, definitionOf(node, graph.ops)),
  })
  return contextIn
}

function withOrigin(lowered: LoweredNode, node: Node): LoweredNode {
  const origin = node.origin ?? node.outputs.slice(0, 1)
  const mark = (each: Node): Node => ({ ...each, origin })
  return { ...lowered, nodes: lowered.nodes.map(mark), ...(lowered.hoisted === undefined ? {} : { hoisted: lowered.hoisted.map(mark) }) }
}

/** What a lowered node depends on: the node, its mode, the types of its neighbours, and the modes its users have. */
function keyOf(node: Node, mode: QuantMode, graph: Graph, consumers: Edges['consumers'], plan: Plan, settings: ResolveSettings): string {
  const types = [...node.inputs, ...node.outputs].map((name) => {
    if (name === undefined) return null
    const { type } = valueOf(graph, name)
    return [name, type.shape, type.range?.min, type.range?.max]
  })
  const makers = node.inputs.map((name) => (name === undefined ? '' : (plan.get(name) ?? '')))
  const users = node.outputs.flatMap((name) => (consumers.get(name) ?? []).map((user) => plan.get(layerOf(user)) ?? ''))
  return JSON.stringify([node.op, node.attrs, types, mode, makers, users, settings.asymmetric, settings.highPrecision])
}
