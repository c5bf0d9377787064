import { QError } from '../errors.ts'
import { layerOf } from '../graph/edges.ts'
import type { Graph, Node, Value } from '../graph/types.ts'
import type { LoweredNode } from './lower-context.ts'
import type { MadeNames } from './made-names.ts'
import { renameLowered } from './rename-lowered.ts'
import { sameValue } from './same-nodes.ts'

/** Names under which a lowering sees values of the graph, and what they are called there. */
export type Disguises = ReadonlyMap<string, string>

const undisguised: Disguises = new Map()

/**
 * Lowers a layer so that nothing it makes has the name of a value of the graph: what does is renamed. Where that is a value beside the node itself,
 * one name stands for two things in what the lowering gives; it is lowered once more, with that value under another name.
 *
 * @param lower lowers the node as it is given, in which the names of some values are disguised
 * @throws QError `LOWERING_NAME` when the lowering calls two things by one name
 */
export function lowerApart(
  lower: (node: Node, disguises: Disguises) => LoweredNode,
  node: Node,
  graph: Graph,
  names: MadeNames,
  backend: string,
): LoweredNode {
  const first = lower(node, undisguised)
  const doubled = doubledBeside(first, node, graph)
  const disguises = new Map(doubled.map((name) => [names.disguise(name), name]))
  const lowered = doubled.length === 0 ? first : lower(disguised(node, disguises), disguises)
  const twice = sameNameTwice(lowered)
  if (twice !== undefined) throw namedTwice(backend, layerOf(node), twice)

  const results = new Set(doubled.length === 0 ? node.outputs : disguised(node, disguises).outputs)
  const renames = new Map<string, string>(disguises)
  for (const name of madeBy(lowered, graph)) {
    const own = results.has(name) ? name : names.lowered(name, layerOf(node))
    if (own !== name && !renames.has(name)) renames.set(name, own)
  }
  return renameLowered(lowered, renames)
}

/** The values of a lowering that are nothing of the graph itself: results of its nodes and new constants. */
function madeBy({ nodes, hoisted = [], values }: LoweredNode, graph: Graph): ReadonlySet<string> {
  const made = new Set([...hoisted, ...nodes].flatMap(({ outputs }) => outputs))
  for (const value of values) {
    if (value.constant !== undefined && !isOfGraph(value, graph)) made.add(value.name)
  }
  return made
}

/** Whether a constant is one of the graph under its own name. */
function isOfGraph(value: Value, graph: Graph): boolean {
  const known = graph.values.get(value.name)
  return known?.constant !== undefined && (known.constant === value.constant || sameValue(known, value))
}

/** Operands and results of a node whose names its lowering gives to something else. */
function doubledBeside(lowered: LoweredNode, { inputs, outputs }: Node, graph: Graph): readonly string[] {
  const made = madeBy(lowered, graph)
  const operands = new Set(inputs.filter((name) => name !== undefined && made.has(name)) as string[])
  const results = outputs.filter((name) => lowered.values.filter((value) => value.name === name).length > 1)
  return [...operands, ...results]
}

function disguised(node: Node, disguises: Disguises): Node {
  const given = new Map(Array.from(disguises, ([disguise, name]) => [name, disguise]))
  return {
    ...node,
    inputs: node.inputs.map((name) => (name === undefined ? undefined : (given.get(name) ?? name))),
    outputs: node.outputs.map((name) => given.get(name) ?? name),
  }
}

/** A name that two things have which a lowering makes. */
function sameNameTwice({ nodes, hoisted = [], values }: LoweredNode): string | undefined {
  const made = new Set<string>()
  for (const name of [...hoisted, ...nodes].flatMap(({ outputs }) => outputs)) {
    if (made.has(name)) return name
    made.add(name)
  }
  const known = new Map<string, Value>()
  for (const value of values) {
    const before = known.get(value.name)
    if (before !== undefined && (value.constant === undefined ? before.constant !== undefined : !sameValue(before, value)))
      return value.name
    known.set(value.name, value)
  }
  return undefined
}

function namedTwice(backend: string, layer: string, name: string): QError {
  return new QError('LOWERING_NAME', `${backend} lowers ${layer} to two things under the one name ${name}`, {
    at: [layer],
    found: name,
    wanted: 'a name of its own for each',
    hint: 'name what a lowering makes after its layer, as `<layer>_<part>`',
  })
}
