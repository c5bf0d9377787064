import {
  type Backend,
  createResolver,
  type Graph,
  isQError,
  layerOf,
  type Node,
  type OpModes,
  type Plan,
  type QuantMode,
  type Resolved,
  type ResolveOptions,
  type Resolver,
  type SearchLayer,
  valueOf,
} from '@q/ir'
import { formOf } from '@q/ir/graph'
import type { RangeTable } from '@q/ir/resolve'
import { countOperations } from './count-operations.ts'

/** What {@link describeLayers} is given. */
export interface LayerSource {
  /** The frozen float graph. */
  readonly graph: Graph
  /** The calibration table; absent for pure float modes. */
  readonly table?: RangeTable
  readonly backend: Backend
  readonly settings: ResolveOptions
  /** The mode of layers that a search keeps in float. @default layers in float are left as they are */
  readonly floatMode?: QuantMode
  /** A resolver of just these, which keeps what it lowers here for later trials. @default one of its own */
  readonly resolver?: Resolver
  /** What is pinned: where the chip cannot make codes of some layer, the graph with these tells which layers are made of codes. @default nothing */
  readonly pinned?: Plan
  /** What a layer's type is called in the tables. @default the operator's own name */
  readonly typeOf?: (node: Node) => string
}

/**
 * The layers of a float graph as a search looks at them, in graph order. Whether a layer is made of codes is seen in the graph that the empty plan gives; one that the chip computes in
 * a narrower float by itself counts as one of them where the float mode computes it in another.
 *
 * @throws QError those of the resolver
 */
export function describeLayers({
  graph,
  table,
  backend,
  settings,
  floatMode,
  resolver = createResolver(graph, table, backend, settings),
  pinned = new Map(),
  typeOf = ({ op }) => op,
}: LayerSource): readonly SearchLayer[] {
  const coded = codedLayers(resolveAllCodes(resolver, pinned))
  const { ops, schemes } = backend.target
  const floatOf = (mode: QuantMode | undefined): string | undefined => {
    const scheme = mode === undefined ? undefined : schemes[mode]
    return scheme?.kind === 'float' ? scheme.dtype : undefined
  }
  const isNarrow = (modes: OpModes): boolean => {
    const [now, then] = [floatOf(modes[settings.mode]), floatMode === undefined ? undefined : floatOf(modes[floatMode])]
    return now !== undefined && then !== undefined && now !== then && now !== 'f32'
  }
  return graph.nodes.map((node): SearchLayer => {
    const name = layerOf(node)
    const modes: OpModes = ops[formOf(node, (value) => valueOf(graph, value))] ?? ops[node.op as keyof typeof ops] ?? {}
    const hasCodes = coded.has(name) || isNarrow(modes)
    return { name, type: typeOf(node), modes: Object.keys(modes), hasCodes, operations: countOperations(graph, node) }
  })
}

/** The graph of the empty plan; where there is none, that with what is pinned. @throws QError those of the resolver */
function resolveAllCodes(resolver: Resolver, pinned: Plan): Resolved {
  try {
    return resolver.resolve(new Map())
  } catch (error) {
    if (pinned.size === 0 || !isQError(error)) throw error
    return resolver.resolve(pinned)
  }
}

/** Layers whose own value, or the last value that is made for them, holds codes. */
function codedLayers({ graph, layers }: Resolved): ReadonlySet<string> {
  const isCode = (name: string): boolean => valueOf(graph, name).type.quant !== undefined
  const last = new Map<string, string>()
  for (const node of graph.nodes) for (const layer of node.origin ?? [layerOf(node)]) last.set(layer, layerOf(node))
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs))
  return new Set(
    [...new Set([...layers.keys(), ...last.keys()])].filter((layer) => {
      const value = made.has(layer) ? layer : last.get(layer)
      return value !== undefined && isCode(value)
    }),
  )
}
