import {
  type Attrs,
  attributesOf,
  definitionOf,
  didYouMean,
  elementCount,
  type Graph,
  inferNode,
  type Node,
  QError,
  type Section,
  valueOf,
} from '@q/ir'

import type { Kernel } from './kernel.ts'

/** One node ready to be computed. */
export interface Step {
  readonly node: Node
  readonly kernel: Kernel
  readonly attrs: Attrs
  /** Values nobody needs once this node is computed. */
  readonly lastUses: readonly string[]
}

/** What has to be computed between the feeds and the fetches. */
export interface SectionPlan {
  readonly feeds: readonly string[]
  readonly fetches: readonly string[]
  readonly steps: readonly Step[]
  /** Constants that are read. */
  readonly constants: readonly string[]
}

/**
 * Finds the nodes that lead from the feeds to the fetches.
 *
 * @throws QError `VALUE_UNKNOWN` for a name the graph has not, `OP_UNSUPPORTED` listing every node without a kernel,
 *   `CONSTANT_MISSING` when a weight was not loaded, `FEED_MISSING` when a fetch needs a graph input that is no feed,
 *   `ATTR_*`, `OPERAND_MISSING`, `SHAPE_*` when attributes, operands or declared results do not fit
 */
export function planSection(graph: Graph, section: Section, kernels: ReadonlyMap<string, Kernel>): SectionPlan {
  const feeds = section.feeds ?? graph.inputs.map((input) => input.name)
  const fetches = section.fetches ?? graph.outputs
  for (const name of [...feeds, ...fetches]) {
    if (!graph.values.has(name)) {
      throw new QError('VALUE_UNKNOWN', `the graph has no value ${name}`, {
        at: [graph.name],
        found: name,
        wanted: 'the name of a value of the graph',
        hint: didYouMean(name, graph.values.keys(), 'list the values of the graph'),
      })
    }
  }
  const fed = new Set(feeds)
  const needed = new Set(fetches)
  const constants = new Set<string>()
  const chosen: Node[] = []
  const made = new Set<string>()
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output) && !fed.has(output))) continue
    chosen.unshift(node)
    for (const output of node.outputs) made.add(output)
    for (const input of node.inputs) if (input !== undefined) needed.add(input)
  }
  for (const name of needed) {
    if (fed.has(name) || made.has(name)) continue
    const value = graph.values.get(name)
    if (value?.constant !== undefined) constants.add(name)
    else if (value?.isConstant === true) {
      throw new QError('CONSTANT_MISSING', `the elements of the constant ${name} were not loaded`, {
        at: [graph.name, name],
        wanted: 'a graph with its weights',
        hint: 'read the graph together with its weight file',
      })
    } else {
      throw new QError('FEED_MISSING', `what is asked for needs ${name}, which is not fed`, {
        at: [graph.name, name],
        found: `feeds ${feeds.join(', ')}`,
        wanted: `${name} among the feeds`,
        hint: 'feed it, or feed a value behind it',
      })
    }
  }
  refuseUnsupported(graph, chosen, kernels)
  return { feeds, fetches, constants: [...constants], steps: stepsOf(graph, chosen, kernels, fetches) }
}

function refuseUnsupported(graph: Graph, nodes: readonly Node[], kernels: ReadonlyMap<string, Kernel>): void {
  const missing = nodes.filter((node) => !kernels.has(node.op))
  if (missing.length === 0) return
  throw new QError('OP_UNSUPPORTED', `the executor reference cannot run ${missing.length === 1 ? 'a node' : `${missing.length} nodes`}`, {
    at: [graph.name, ...missing.map((node) => node.outputs[0] ?? node.op)],
    found: [...new Set(missing.map((node) => node.op))].join(', '),
    wanted: 'operators the executor has kernels for',
    hint: didYouMean(missing[0]!.op, kernels.keys(), 'hand in a kernel for it when the executor is made'),
  })
}

function stepsOf(graph: Graph, nodes: readonly Node[], kernels: ReadonlyMap<string, Kernel>, fetches: readonly string[]): readonly Step[] {
  const lastUse = new Map<string, number>()
  nodes.forEach((node, i) => {
    for (const name of [...node.inputs, ...node.outputs]) if (name !== undefined) lastUse.set(name, i)
  })
  for (const name of fetches) lastUse.delete(name)
  const freed = nodes.map((): string[] => [])
  for (const [name, i] of lastUse) freed[i]!.push(name)
  return nodes.map((node, i) => ({ node, kernel: kernels.get(node.op)!, attrs: attrsOf(graph, node), lastUses: freed[i]! }))
}

/**
 * The attributes of a node whose operands, attributes and declared results fit its operator. An operator that the graph
 * does not define is left to its kernel.
 */
function attrsOf(graph: Graph, node: Node): Attrs {
  if (!graph.ops.has(node.op)) return node.attrs
  inferNode(node, graph.ops, (name) => valueOf(graph, name).type).forEach(({ shape }, i) => {
    const name = node.outputs[i]!
    const declared = valueOf(graph, name).type.shape
    if (elementCount(declared) === elementCount(shape)) return
    throw new QError('SHAPE_DECLARED', `${node.op} does not give a result of the declared shape`, {
      at: [graph.name, name],
      found: `[${declared.join(', ')}]`,
      wanted: `[${shape.join(', ')}]`,
      hint: 'infer the types of the graph anew',
    })
  })
  return attributesOf(node, definitionOf(node, graph.ops))
}
