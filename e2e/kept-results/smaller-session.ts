import { type Graph, layerOf, printGraph } from '@q/ir'
import { faultAt, type Session } from './kept-session.ts'

/** A session and the turn whose answer is wrong. */
export interface Failure {
  readonly session: Session
  readonly at: number
}

const fails = ({ session, at }: Failure): boolean => {
  try {
    return faultAt(session, at) !== undefined
  } catch {
    return false
  }
}

const without = <T>(map: ReadonlyMap<string, T>, name: string): ReadonlyMap<string, T> => new Map([...map].filter(([key]) => key !== name))

function withoutTurn({ session, at }: Failure, i: number): Failure {
  return { session: { ...session, turns: session.turns.filter((_, turn) => turn !== i) }, at: i < at ? at - 1 : at }
}

function withoutEntry({ session, at }: Failure, i: number, part: 'plan' | 'ranges', name: string): Failure {
  const turns = session.turns.map((turn, at) => (at === i ? { ...turn, [part]: without<unknown>(turn[part], name) } : turn))
  return { session: { ...session, turns: turns as Session['turns'] }, at }
}

/** The part of a graph that its outputs need. */
function needed(graph: Graph): Graph {
  const names = new Set(graph.outputs)
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((name) => names.has(name))) return false
    for (const name of inputs) if (name !== undefined) names.add(name)
    return true
  })
  for (const { name } of graph.inputs) names.add(name)
  for (const { outputs } of nodes) for (const name of outputs) names.add(name)
  return { ...graph, nodes: nodes.reverse(), values: new Map([...graph.values].filter(([name]) => names.has(name))) }
}

/** Graphs that have less: other outputs, or users of a node's first operand in the place of the node. */
function* smallerGraphs(graph: Graph): Generator<Graph> {
  for (const node of graph.nodes) yield needed({ ...graph, outputs: [layerOf(node)] })
  const typeOf = (name: string): string => graph.values.get(name)!.type.shape.join()
  for (const node of graph.nodes) {
    const source = node.inputs.find((name) => name !== undefined && graph.values.get(name)!.constant === undefined)
    if (source === undefined || typeOf(source) !== typeOf(layerOf(node))) continue
    const through = (name: string): string => (name === layerOf(node) ? source : name)
    const nodes = graph.nodes
      .filter((each) => each !== node)
      .map((each) => ({ ...each, inputs: each.inputs.map((name) => (name === undefined ? name : through(name))) }))
    yield needed({ ...graph, nodes, outputs: [...new Set(graph.outputs.map(through))] })
  }
}

function* smaller(failure: Failure): Generator<Failure> {
  const { session, at } = failure
  for (let i = session.turns.length - 1; i >= 0; i--) if (i !== at) yield withoutTurn(failure, i)
  for (const graph of smallerGraphs(session.graph)) {
    if (graph.nodes.length < session.graph.nodes.length) yield { session: { ...session, graph }, at }
  }
  for (const [i, { plan, ranges }] of session.turns.entries()) {
    for (const name of plan.keys()) yield withoutEntry(failure, i, 'plan', name)
    for (const name of ranges.keys()) yield withoutEntry(failure, i, 'ranges', name)
  }
}

/** Takes away what a failure does not need, until nothing more can go. */
export function smallest(failure: Failure): Failure {
  let current = failure
  for (let found: Failure | undefined = current; found !== undefined; ) {
    current = found
    found = [...smaller(current)].find(fails)
  }
  return current
}

/** A failure as text: settings, graph, table, turns. */
export function reproduction({ session, at }: Failure): string {
  const { graph, table, options, turns, backend } = session
  const names = new Set(graph.values.keys())
  const rows = table === undefined ? 'none' : JSON.stringify([...table].filter(([name]) => names.has(name)))
  return [
    `${backend.name} ${JSON.stringify(options)}`,
    printGraph(graph).replace(/= \[[^\]]{60,}\]/g, '= ...'),
    `table ${rows}`,
    ...turns.map(
      ({ plan, ranges, isLookedAt }, i) =>
        `${i === at ? 'WRONG' : isLookedAt ? 'looked at' : 'asked'} plan ${JSON.stringify([...plan])} ranges ${JSON.stringify([...ranges])}`,
    ),
    faultAt(session, at) ?? 'no difference',
  ].join('\n')
}
