import type { Backend } from '../contracts/backend.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Graph } from '../graph/types.ts'
import { createResolver } from '../resolve/resolver.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { difference, rowOf } from './backend-resolver-case.ts'
import { chainedNetwork } from './chained-network.ts'
import { dice } from './dice.ts'
import { check } from './runner.ts'

/**
 * Fails when a layer's lowering does not follow a change of what it may look at: its own range and mode, those of each operand, those of its users. A resolver that is kept gives
 * another graph, or other keys, than one that never saw the network before the change.
 *
 * Every declared operator is in the network, those that change shapes too. Layers are put in groups in which no layer meets another one, neither as operand, nor as
 * user, nor beside it as operand of the same user; what changes at once is the ranges of one group, then its modes. So each layer sees each of its neighbours change
 * while nothing else of what it sees does, in twice as many turns as there are groups.
 *
 * @param create makes the back end, anew for each turn that is seen fresh
 * @param mode of the whole graph
 */
export function checkNeighbours(create: () => Backend, mode: QuantMode): void {
  const backend = create()
  const graph = chainedNetwork(backend, mode, 'every operator')
  const roll = dice(11)
  const table = new Map([...graph.values.keys()].map((name) => [name, rowOf(roll)]))
  const kept = createResolver(graph, table, backend, { mode })
  kept.resolve(new Map())
  let ranges: ReadonlyMap<string, ObservedRange> = new Map()
  const compare = (plan: Plan, what: string): void => {
    const fresh = createResolver(graph, new Map([...table, ...ranges]), create(), { mode }).resolve(plan)
    const found = difference(kept.resolve(plan, ranges), fresh)
    check(found === undefined, `after other ${what} ${found} is not what it is where they stood from the start`)
  }
  for (const group of groupsOf(graph)) {
    ranges = new Map([...ranges, ...group.map((layer) => [layer, rowOf(roll)] as const)])
    compare(new Map(), `ranges of ${group.join(', ')}`)
    compare(otherModes(graph, group, backend, mode), `modes of ${group.join(', ')}`)
  }
}

/** Layers and inputs in groups: what a node reads and what it makes are in groups of their own. */
function groupsOf({ nodes, values }: Graph): readonly (readonly string[])[] {
  const apart = new Map<string, Set<string>>()
  for (const { inputs, outputs } of nodes) {
    const seen = [...inputs.filter((name) => name !== undefined && values.get(name)!.constant === undefined), outputs[0]!] as string[]
    for (const name of seen) apart.set(name, new Set([...(apart.get(name) ?? []), ...seen.filter((each) => each !== name)]))
  }
  const groups: string[][] = []
  for (const [name, others] of apart) {
    const free = groups.find((group) => !group.some((each) => others.has(each)))
    if (free === undefined) groups.push([name])
    else free.push(name)
  }
  return groups
}

/** Each layer of a group in another mode than the graph's, one after the other of those it has. */
function otherModes(graph: Graph, group: readonly string[], { target }: Backend, mode: QuantMode): Plan {
  const plan = new Map<string, QuantMode>()
  const members = new Set(group)
  for (const { op, outputs } of graph.nodes) {
    const modes = Object.keys(target.ops[op as OpForm] ?? {}).filter((each) => each !== mode)
    if (members.has(outputs[0]!) && modes.length > 0) plan.set(outputs[0]!, modes[plan.size % modes.length]!)
  }
  return plan
}
