import type { Node } from '@q/ir'
import type { KeepRule } from './family.ts'
import { type Blocks, findBlocks, isMover, type Match, wayBack } from './find-blocks.ts'
import type { Network } from './network.ts'
import { isOf, patternOf, wantedOf } from './small-graph.ts'

/** Layers that a rule keeps in float. */
export interface KeptLayers {
  readonly layers: ReadonlySet<Node>
  readonly visits: number
  /** For how many layers that may be the last node a search was ended before all was looked at. */
  readonly ended: number
}

/** The layers that a rule keeps in float, wherever its small graph lies in the network. */
export function keptLayers(rule: KeepRule, network: Network): KeptLayers {
  const { keep = [], after = [], before = [], chainsTo = [], which } = rule
  const { matches, visits, ended } = findBlocks(network, rule.where, true)
  const leading = matches.length === 0 ? new Map<string, Leading>() : leadingSets(rule, network)
  const held = matches.filter((match) => holds(rule, match, { network, leading }))
  const chosen = which === undefined ? held : outermost(held, which, network)
  const of = (names: readonly string[]): readonly Node[] => chosen.flatMap((match) => names.map((name) => match.get(name)!))
  const ends = of(before)
  const layers = new Set([
    ...of(keep),
    ...(rule.ways === true ? chosen.flatMap((match) => onWays(rule, match, network)) : []),
    ...reached(of(after), network.after),
    ...[...reached(ends.flatMap(network.before), network.before)].filter((node) => node.op !== 'Input' && !ends.includes(node)),
    ...of(chainsTo).flatMap((node) => chainsOf(node, network)),
  ])
  const others = [...leading.values()]
  return {
    layers,
    visits: others.reduce((sum, each) => sum + each.visits, visits + layers.size),
    ended: others.reduce((sum, each) => sum + each.ended, ended),
  }
}

/** Layers that lead to some others, those too. */
type Leading = KeptLayers

/** For each node of a rule that may not lead to some layers, those that lead to one. */
function leadingSets({ notLeadingTo = {} }: KeepRule, network: Network): ReadonlyMap<string, Leading> {
  return new Map(
    Object.entries(notLeadingTo).map(([name, ends]) => {
      const wanted = ends.flatMap((end) => (typeof end === 'string' ? wantedOf(name, end)! : []))
      const found = ends.flatMap((end) => (typeof end === 'string' ? [] : findBlocks(network, end)))
      const last = found.flatMap(({ matches }) => matches.map((match) => [...match.values()].at(0)!))
      const layers = reached([...network.nodes.filter((node) => wanted.some((want) => isOf(network, node, want))), ...last], network.before)
      return [name, { layers, visits: sumOf(found, 'visits') + layers.size, ended: sumOf(found, 'ended') }]
    }),
  )
}

const sumOf = (found: readonly Blocks[], part: 'visits' | 'ended'): number => found.reduce((sum, each) => sum + each[part], 0)

/** Whether users and operands of a match are those that a rule asks for. */
function holds(
  { oneUser = [], notUsedBy = {}, onlyFrom = {} }: KeepRule,
  match: Match,
  { network, leading }: { readonly network: Network; readonly leading: ReadonlyMap<string, Leading> },
): boolean {
  const isOneOf = (operators: readonly string[]) => (node: Node) => operators.includes(network.operatorOf(node))
  return (
    oneUser.every((name) => network.after(match.get(name)!).length === 1) &&
    Object.entries(notUsedBy).every(([name, operators]) => !network.after(match.get(name)!).some(isOneOf(operators))) &&
    [...leading].every(([name, { layers }]) => !network.after(match.get(name)!).some((node) => layers.has(node))) &&
    Object.entries(onlyFrom).every(([name, operators]) => network.before(match.get(name)!).every(isOneOf(operators)))
  )
}

/** Of the matches, those whose last node no other one's leads to, or leads to no other one's. Each layer is looked at once. */
function outermost(matches: readonly Match[], which: 'first' | 'last', { before, after }: Network): readonly Match[] {
  const onwards = which === 'first' ? after : before
  const endOf = (match: Match): Node => [...match.values()].at(0)!
  const beyond = reached([...new Set(matches.map(endOf))].flatMap(onwards), onwards)
  return matches.filter((match) => !beyond.has(endOf(match)))
}

/** The layers on the ways between nodes that are kept. */
function onWays({ where, keep = [] }: KeepRule, match: Match, network: Network): readonly Node[] {
  const { nodes } = patternOf(where)
  return keep.flatMap((user) =>
    nodes
      .get(user)!
      .operands.filter(({ name, through }) => through && keep.includes(name))
      .flatMap(({ name }) => wayBetween(match.get(name)!, match.get(user)!, network)),
  )
}

/** The layers that a way from one layer to another passes, back from the second one. */
function wayBetween(from: Node, to: Node, network: Network): readonly Node[] {
  const isOn = new Set(
    network
      .before(to)
      .flatMap((start) => [...wayBack(network, start)])
      .filter((node) => node !== from && isMover(node)),
  )
  const found = new Set<Node>()
  const open = network.after(from).filter((node) => isOn.has(node))
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue
    found.add(node)
    open.push(...network.after(node).filter((next) => isOn.has(next)))
  }
  return [...found]
}

/** The operands of a layer, and what computes each, back along layers of one operand whose results one layer uses. */
function chainsOf(node: Node, { before, after }: Network): readonly Node[] {
  return before(node).flatMap((start) => {
    const chain = [start]
    const operandsOf = (layer: Node): readonly Node[] => [...new Set(before(layer))]
    for (
      let [next, ...others] = operandsOf(start);
      next !== undefined && others.length === 0 && after(next).length === 1;
      [next, ...others] = operandsOf(next)
    )
      chain.push(next)
    return chain
  })
}

function reached(starts: Iterable<Node>, onwards: (node: Node) => readonly Node[]): ReadonlySet<Node> {
  const found = new Set(starts)
  for (const node of found) for (const next of onwards(node)) found.add(next)
  return found
}
