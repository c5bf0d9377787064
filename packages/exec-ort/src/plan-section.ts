import type { Graph, Node, Section } from '@q/ir'
import { didYouMean, edgesOf, QError } from '@q/ir'

/** A section with its defaults filled in, and the nodes it takes, in graph order. */
export interface PlannedSection {
  readonly feeds: readonly string[]
  readonly fetches: readonly string[]
  readonly nodes: readonly Node[]
}

/** What is looked up in a graph again and again, made once for each: many small sections of one graph are the rule. */
interface GraphIndex {
  readonly producer: ReadonlyMap<string, Node>
  readonly place: ReadonlyMap<Node, number>
}

const indexes = new WeakMap<Graph, GraphIndex>()

function indexOf(graph: Graph): GraphIndex {
  const known = indexes.get(graph)
  if (known !== undefined) return known
  const made = { producer: edgesOf(graph).producer, place: new Map(graph.nodes.map((node, i) => [node, i])) }
  indexes.set(graph, made)
  return made
}

/**
 * The nodes needed to get from the feeds to the fetches.
 *
 * @throws QError `VALUE_UNKNOWN` for a name the graph does not have, `FEED_MISSING` when a network input is needed and not fed,
 * `CONSTANT_MISSING` when the elements of a constant were not loaded
 */
export function planSection(graph: Graph, { feeds, fetches }: Section = {}): PlannedSection {
  const given = feeds ?? graph.inputs.map(({ name }) => name)
  const wanted = fetches ?? graph.outputs
  for (const name of [...given, ...wanted]) {
    if (!graph.values.has(name)) {
      throw new QError('VALUE_UNKNOWN', `the graph has no value ${name}`, {
        at: [graph.name],
        found: name,
        wanted: 'the name of a value of the graph',
        hint: didYouMean(name, graph.values.keys(), 'list the values of the graph'),
      })
    }
  }
  const fed = new Set(given)
  const { producer, place } = indexOf(graph)
  const needed = new Set<Node>()
  const open = wanted.filter((name) => !fed.has(name))
  while (open.length > 0) {
    const name = open.pop()!
    const node = producer.get(name)
    if (node === undefined) {
      const value = graph.values.get(name)
      if (value?.constant !== undefined) continue
      throw value?.isConstant === true
        ? new QError('CONSTANT_MISSING', `the elements of the constant ${name} were not loaded`, {
            at: [graph.name, name],
            wanted: 'a graph with its weights',
            hint: 'read the graph together with its weight file',
          })
        : new QError('FEED_MISSING', `the value ${name} is needed but not fed`, {
            at: [graph.name, name],
            found: given.join(', ') || 'no feeds',
            hint: `feed ${name}, or a value behind it`,
          })
    }
    if (needed.has(node)) continue
    needed.add(node)
    for (const input of node.inputs) if (input !== undefined && !fed.has(input)) open.push(input)
  }
  return { feeds: given, fetches: wanted, nodes: [...needed].sort((a, b) => place.get(a)! - place.get(b)!) }
}
