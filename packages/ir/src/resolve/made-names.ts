import { layerOf } from '../graph/edges.ts'
import type { Graph } from '../graph/types.ts'
import type { DType } from '../tensor/tensor.ts'

/** Element types that casts give. */
const castTypes: readonly DType[] = ['f32', 'f16', 'bf16', 'i8', 'u8', 'i16', 'u16']

/** The node that a cast is made for, and the layer it comes from. */
export interface CastUser {
  readonly node: string
  readonly layer: string
}

/**
 * Names for what a quantized graph has beside the values of the float graph. Each is the usual one wherever it can mean nothing else; whether
 * it can is read off the float graph, so that a name does not depend on the plan. Where the usual name is taken its parts are joined by a mark that no name of
 * the graph contains.
 */
export interface MadeNames {
  /** The name of what the lowering of a layer calls `usual`: another one where a value or a possible cast has that. */
  lowered(usual: string, layer: string): string
  /** `<value><user>_<type>`, `<value>_<type>` for a result of the graph; another one where that is a value, or the name of another edge's cast. */
  cast(value: string, type: DType, user?: CastUser): string
  /** `usual`, told apart from what others call so. */
  apart(usual: string, layer: string): string
  /** Another name for a value of the graph, which nothing has. */
  disguise(value: string): string
  /** Whether a value of the graph has a name. */
  isTaken(name: string): boolean
}

/** Reads off a float graph what names are free. @param suffixes names of types in names of casts; absent ones are those of the types */
export function madeNames(graph: Graph, suffixes: Readonly<Partial<Record<DType, string>>> = {}): MadeNames {
  const suffixOf = (type: DType): string => suffixes[type] ?? type
  const endings = castTypes.map((type) => `_${suffixOf(type)}`)
  const mark = markFor(graph.values.keys())
  const results = new Set(graph.outputs)
  const edges = edgesByText(graph)
  const isTaken = (name: string): boolean => graph.values.has(name)
  const belongsTo = (value: string, user: string): boolean => {
    const first = edges.get(value + user)
    return first === undefined || (first.value === value && first.user === user)
  }
  const isCastName = (name: string): boolean =>
    endings.some((ending, i) => {
      if (!name.endsWith(ending)) return false
      const stem = name.slice(0, -ending.length)
      return edges.has(stem) || (castTypes[i] === 'f32' && results.has(stem))
    })
  const apart = (usual: string, layer: string): string => `${usual}${mark}${layer}`
  return {
    lowered: (usual, layer) => (isTaken(usual) || isCastName(usual) ? apart(usual, layer) : usual),
    cast(value, type, user) {
      const usual = `${value}${user?.node ?? ''}_${suffixOf(type)}`
      const isOwn =
        user === undefined ||
        (belongsTo(value, user.node) && belongsTo(value, user.layer) && !(type === 'f32' && results.has(value + user.node)))
      return isOwn && !isTaken(usual) ? usual : [value, user?.node ?? '', suffixOf(type)].join(mark)
    },
    apart,
    disguise: (value) => `${value}${mark}`,
    isTaken,
  }
}

/** A text in no name that cannot overlap itself: what is joined by it can be taken apart in one way. */
function markFor(names: Iterable<string>): string {
  const marked = [...names].filter((name) => name.includes('~'))
  let mark = '~'
  while (marked.some((name) => name.includes(mark))) mark += '_'
  return mark
}

/** An operand and the layer that reads it. */
interface Edge {
  readonly value: string
  readonly user: string
}

/** The edges of computed values by the texts that casts on them are named with; of two with one text the first. */
function edgesByText({ nodes, values }: Graph): ReadonlyMap<string, Edge> {
  const edges = new Map<string, Edge>()
  for (const node of nodes) {
    const user = layerOf(node)
    for (const value of node.inputs) {
      if (value === undefined || values.get(value)?.constant !== undefined || edges.has(value + user)) continue
      edges.set(value + user, { value, user })
    }
  }
  return edges
}
