import type { Backend } from '../contracts/backend.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Graph, Node } from '../graph/types.ts'
import type { Resolved } from '../resolve/resolved.ts'
import { createResolver } from '../resolve/resolver.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { chainedNetwork } from './chained-network.ts'
import { dice } from './dice.ts'
import { check } from './runner.ts'

const turns = 12

/**
 * Fails when a resolver that has seen other plans and ranges gives another graph, or other keys, than one that has seen none: a lowering or a simplification then
 * depends on something that is neither beside its node nor stated as a fact, or a rewrite on the numbers of a range.
 *
 * @param create makes the back end, anew for each plan that is seen fresh: it must not matter what a back end itself remembers
 * @param mode of the whole graph
 * @param seed of the plans and ranges, which are random
 */
export function checkKeptResults(create: () => Backend, mode: QuantMode, seed: number): void {
  const backend = create()
  const graph = networkOf(backend, mode)
  const roll = dice(seed)
  const layers = graph.nodes.map(({ outputs }) => outputs[0]!)
  const table = new Map([...graph.values.keys()].map((name) => [name, rowOf(roll)]))
  const kept = createResolver(graph, table, backend, { mode })
  let plan: Plan = new Map()
  let ranges: ReadonlyMap<string, ObservedRange> = new Map()
  for (let turn = 0; turn < turns; turn++) {
    const at = Math.floor(roll() * layers.length)
    if (turn === 0 || roll() < 0.7) plan = changed(plan, graph.nodes[at]!, backend, roll)
    else ranges = new Map([...ranges, [layers[at]!, rowOf(roll)]])
    // Rows that come later count as if they had always stood in the table: a rewrite must not have made anything of those that did.
    const anew = (each: Backend): Resolved => createResolver(graph, new Map([...table, ...ranges]), each, { mode }).resolve(plan)
    const fresh = anew(create())
    const found = difference(kept.resolve(plan, ranges), fresh) ?? difference(anew(backend), fresh)
    check(
      found === undefined,
      `after ${turn} other plans ${found} is not what it is without them (the plan names ${[...plan.keys()].join(', ')})`,
    )
  }
}

/** The networks of all declared operators that keep the shape of their operand, one behind the other; each second one also reads what is two steps back. */
export const networkOf = (backend: Backend, mode: QuantMode): Graph => chainedNetwork(backend, mode, 'of one shape')

function changed(plan: Plan, node: Node, { target }: Backend, roll: () => number): Plan {
  const next = new Map(plan)
  const modes = Object.keys(target.ops[node.op as OpForm] ?? {})
  const mode = modes[Math.floor(roll() * (modes.length + 1))]
  if (mode === undefined) next.delete(node.outputs[0]!)
  else next.set(node.outputs[0]!, mode)
  return next
}

/** A row of a table. @param roll a source of numbers from 0 to 1 */
export function rowOf(roll: () => number): ObservedRange {
  const threshold = 0.5 + 4 * roll()
  return { threshold, min: roll() < 0.5 ? -0.8 * threshold : 0, max: 0.9 * threshold }
}

/** What differs first between two results of one network: a node, an output, a key. */
export function difference(a: Resolved, b: Resolved): string | undefined {
  const text = ({ graph }: Resolved): readonly string[] =>
    graph.nodes.map((node) => JSON.stringify([node, node.outputs.map((name) => graph.values.get(name)?.type)]))
  const titleOf = ({ op, outputs }: Node): string => `${op} ${outputs[0]}`
  const [mine, other] = [text(a), text(b)]
  const at = Array.from({ length: Math.max(mine.length, other.length) }, (_, i) => i).find((i) => mine[i] !== other[i])
  if (at !== undefined) return `the node ${titleOf((a.graph.nodes[at] ?? b.graph.nodes[at])!)}`
  if (a.graph.outputs.join() !== b.graph.outputs.join()) return 'the list of outputs'
  const node = a.graph.nodes.find(({ outputs }) => outputs.some((name) => a.keyOf(name) !== b.keyOf(name)))
  return node === undefined ? undefined : `what ${titleOf(node)} computes`
}
