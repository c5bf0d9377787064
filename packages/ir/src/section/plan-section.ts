import type { Section } from '../contracts/executor.ts'
import { QError } from '../errors.ts'
import type { Graph, Node } from '../graph/types.ts'
import { didYouMean } from '../suggest.ts'

/** What has to be computed between the feeds and the fetches of a section. */
export interface SectionPlan {
  readonly graph: Graph
  /** As asked for, or the graph's inputs. */
  readonly feeds: readonly string[]
  /** As asked for, or the graph's outputs. */
  readonly fetches: readonly string[]
  /** Fetches whose elements may come in any order. */
  readonly anyOrder: readonly string[]
  /** The nodes needed, in the order of the graph. */
  readonly nodes: readonly Node[]
  /** The constants that are read or fetched, in the order of their first use. */
  readonly constants: readonly string[]
  /** For each node, the values that nobody needs once it is computed: operands, and results nobody takes. Fetches are never among them. */
  readonly lastUses: readonly (readonly string[])[]
}

/**
 * Finds the nodes that lead from the feeds to the fetches. The cost is that of the section, not that of the graph, which is indexed
 * once.
 *
 * @throws QError `VALUE_UNKNOWN` for a name that the graph has not, `FEED_MISSING` when a fetch needs a graph input that is no feed,
 *   `CONSTANT_MISSING` when the elements of a constant were not loaded
 */
export function planSection(graph: Graph, section: Section = {}): SectionPlan {
  const feeds = section.feeds ?? graph.inputs.map(({ name }) => name)
  const fetches = section.fetches ?? graph.outputs
  const anyOrder = section.anyOrder ?? []
  for (const name of [...feeds, ...fetches]) if (!graph.values.has(name)) throw unknownValue(graph, name)
  const fed = new Set(feeds)
  const producers = producersOf(graph)
  const places = new Set<number>()
  const open = fetches.filter((name) => !fed.has(name)).reverse()
  while (open.length > 0) {
    const name = open.pop()!
    const place = producers.get(name)
    if (place === undefined) {
      if (graph.values.get(name)?.constant === undefined) throw missing(graph, name, feeds)
      continue
    }
    if (places.has(place)) continue
    places.add(place)
    for (const input of graph.nodes[place]!.inputs) if (input !== undefined && !fed.has(input)) open.push(input)
  }
  const nodes = [...places].sort((a, b) => a - b).map((place) => graph.nodes[place]!)
  const constants = constantsOf(nodes, fetches, fed, producers)
  return { graph, feeds, fetches, anyOrder, nodes, constants, lastUses: lastUsesOf(nodes, fetches) }
}

/** The place among the nodes of the one that makes a value. Graphs do not change, and many small sections of one graph are the rule. */
const indexes = new WeakMap<Graph, ReadonlyMap<string, number>>()

function producersOf(graph: Graph): ReadonlyMap<string, number> {
  const known = indexes.get(graph)
  if (known !== undefined) return known
  const made = new Map<string, number>()
  graph.nodes.forEach(({ outputs }, place) => {
    for (const output of outputs) made.set(output, place)
  })
  indexes.set(graph, made)
  return made
}

function constantsOf(
  nodes: readonly Node[],
  fetches: readonly string[],
  fed: ReadonlySet<string>,
  producers: ReadonlyMap<string, number>,
): readonly string[] {
  const constants = new Set<string>()
  for (const name of [...nodes.flatMap(({ inputs }) => inputs), ...fetches]) {
    if (name !== undefined && !fed.has(name) && !producers.has(name)) constants.add(name)
  }
  return [...constants]
}

function lastUsesOf(nodes: readonly Node[], fetches: readonly string[]): readonly (readonly string[])[] {
  const last = new Map<string, number>()
  nodes.forEach((node, i) => {
    for (const name of [...node.inputs, ...node.outputs]) if (name !== undefined) last.set(name, i)
  })
  for (const name of fetches) last.delete(name)
  const freed = nodes.map((): string[] => [])
  for (const [name, i] of last) freed[i]!.push(name)
  return freed
}

function unknownValue(graph: Graph, name: string): QError {
  return new QError('VALUE_UNKNOWN', `the graph has no value ${name}`, {
    at: [graph.name],
    found: name,
    wanted: 'the name of a value of the graph',
    hint: didYouMean(name, graph.values.keys(), 'list the values of the graph'),
  })
}

function missing(graph: Graph, name: string, feeds: readonly string[]): QError {
  if (graph.values.get(name)?.isConstant === true) {
    return new QError('CONSTANT_MISSING', `the elements of the constant ${name} were not loaded`, {
      at: [graph.name, name],
      found: `${name} of shape [${graph.values.get(name)!.type.shape.join(', ')}] without elements`,
      wanted: 'a graph with its weights',
      hint: 'read the graph together with its weight file',
    })
  }
  return new QError('FEED_MISSING', `what is asked for needs ${name}, which is not fed`, {
    at: [graph.name, name],
    found: feeds.length === 0 ? 'no feeds' : `feeds ${feeds.join(', ')}`,
    wanted: `${name} among the feeds`,
    hint: `feed ${name}, or a value behind it`,
  })
}
