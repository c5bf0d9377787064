import type { Graph, Node, TensorType, Value } from '@q/ir'
import { elementBytes, elementCount } from '@q/ir'
import { planSection, structureOf } from '@q/ir/section'

/** A run of nodes as an executor loads it: what is fed, what is fetched, and everything in between. */
export interface SectionDefinition {
  /** Sections with equal hashes compute equal results of equal feeds; their feeds and fetches correspond place by place. */
  readonly hash: string
  readonly graph: Graph
  readonly feeds: readonly string[]
  readonly fetches: readonly string[]
  /** What keeping each fetched tensor takes, with 16-bit floats in two bytes each, and in the four in which they come. */
  readonly bytes: readonly number[]
  readonly wideBytes: readonly number[]
}

/** Sections that are remembered, so that they are hashed once. */
const remembered = 2048

/** Makes definitions of sections, one for all that are equal but for the names of their values. */
export interface SectionDefinitions {
  /** @param nodes in an order in which they can run @param fetches in the order in which the nodes make them */
  define(graph: Graph, nodes: readonly Node[], fetches: readonly string[]): SectionDefinition
}

interface Known {
  readonly nodes: readonly Node[]
  readonly values: readonly Value[]
  readonly fetches: readonly string[]
  readonly definition: SectionDefinition
}

/** No sections yet. */
export function createSectionDefinitions(): SectionDefinitions {
  // Resolved graphs share the nodes in which they agree, so most segments are recognized by their very objects.
  const byNode = new WeakMap<Node, Known[]>()
  const byHash = new Map<string, SectionDefinition>()

  return {
    define(graph, nodes, fetches) {
      const { feeds, values } = surroundings(graph, nodes)
      const [first] = nodes as [Node]
      const candidates = byNode.get(first) ?? []
      const known = candidates.find((each) => isSame(each.nodes, nodes) && isSame(each.values, values) && isSame(each.fetches, fetches))
      if (known !== undefined) return known.definition
      const made = definitionOf(graph, nodes, values, feeds, fetches)
      const definition = byHash.get(made.hash) ?? made
      byHash.delete(made.hash)
      byHash.set(made.hash, definition)
      if (byHash.size > remembered) byHash.delete(byHash.keys().next().value!)
      byNode.set(first, [...candidates.slice(-8), { nodes, values, fetches, definition }])
      return definition
    },
  }
}

/** What nodes take from outside, constants excepted, in the order of its first use, and all values they touch. */
function surroundings(graph: Graph, nodes: readonly Node[]): { readonly feeds: readonly string[]; readonly values: readonly Value[] } {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs))
  const taken = new Set(nodes.flatMap(({ inputs }) => inputs.filter((name) => name !== undefined)))
  const values = [...new Set([...taken, ...made])].map((name) => graph.values.get(name)!)
  return { feeds: [...taken].filter((name) => !made.has(name) && graph.values.get(name)!.constant === undefined), values }
}

function definitionOf(
  { name, ops, properties }: Graph,
  nodes: readonly Node[],
  values: readonly Value[],
  feeds: readonly string[],
  fetches: readonly string[],
): SectionDefinition {
  const graph: Graph = {
    name,
    inputs: feeds.map((feed) => ({ name: feed })),
    outputs: fetches,
    nodes,
    values: new Map(values.map((value) => [value.name, value])),
    ops,
    properties,
  }
  const { hash } = structureOf(planSection(graph), { parameters: 'baked' })
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)))
  const sizes = fetches.map((fetch) => sizeOf(graph.values.get(fetch)!.type, makers.get(fetch)!))
  return { hash, graph, feeds, fetches, bytes: sizes.map(([bytes]) => bytes), wideBytes: sizes.map(([, wide]) => wide) }
}

function sizeOf({ dtype, shape }: TensorType, { attrs }: Node): readonly [bytes: number, wideBytes: number] {
  const count = elementCount(shape)
  const stored = count * elementBytes[dtype]
  if (dtype !== 'f16' && dtype !== 'bf16') return [stored, stored]
  // What was left unrounded does not fit into two bytes.
  return attrs['unrounded'] === true ? [2 * stored, 2 * stored] : [stored, 2 * stored]
}

function isSame<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i])
}
