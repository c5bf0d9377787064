import { QError, didYouMean, edgesOf } from '@q/ir'
import type { Graph, Node, Section } from '@q/ir'

/** A section with its defaults filled in, and the nodes it takes, in graph order. */
export interface PlannedSection {
  readonly feeds: readonly string[]
  readonly fetches: readonly string[]
  readonly nodes: readonly Node[]
}

/**
 * The nodes needed to get from the feeds to the fetches.
 *
 * @throws QError `VALUE_UNKNOWN` for a name the graph does not have, `FEED_MISSING` when a network input is needed and not fed
 */
export function planSection(graph: Graph, { feeds, fetches }: Section = {}): PlannedSection {
  const given = feeds ?? graph.inputs.map(({ name }) => name)
  const wanted = fetches ?? graph.outputs
  for (const name of [...given, ...wanted]) {
    if (!graph.values.has(name)) {
      throw new QError('VALUE_UNKNOWN', `the graph has no value ${name}`, {
        at: [graph.name],
        found: name,
        hint: didYouMean(name, graph.values.keys(), 'list the values of the graph'),
      })
    }
  }
  const fed = new Set(given)
  const { producer } = edgesOf(graph)
  const needed = new Set<Node>()
  const open = wanted.filter((name) => !fed.has(name))
  while (open.length > 0) {
    const name = open.pop()!
    const node = producer.get(name)
    if (node === undefined) {
      if (graph.values.get(name)?.isConstant === true || graph.values.get(name)?.constant !== undefined) continue
      throw new QError('FEED_MISSING', `the value ${name} is needed but not fed`, { at: [graph.name], hint: `feed ${name}` })
    }
    if (needed.has(node)) continue
    needed.add(node)
    for (const input of node.inputs) if (input !== undefined && !fed.has(input)) open.push(input)
  }
  return { feeds: given, fetches: wanted, nodes: graph.nodes.filter((node) => needed.has(node)) }
}
