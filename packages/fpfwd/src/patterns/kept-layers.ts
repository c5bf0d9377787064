import type { Node } from '@q/ir'
import type { KeepRule } from './family.ts'
import { findBlocks, type Match } from './find-blocks.ts'
import type { Network } from './network.ts'

/** Layers that a rule keeps in float. */
export interface KeptLayers {
  readonly layers: ReadonlySet<Node>
  readonly visits: number
}

/** The layers that a rule keeps in float, wherever its small graph lies in the network. */
export function keptLayers(rule: KeepRule, network: Network): KeptLayers {
  const { keep = [], after = [], before = [], chainsTo = [], which } = rule
  const { matches, visits } = findBlocks(network, rule.where, true)
  const held = matches.filter((match) => holds(rule, match, network))
  const chosen = which === undefined ? held : outermost(held, which, network)
  const of = (names: readonly string[]): readonly Node[] => chosen.flatMap((match) => names.map((name) => match.get(name)!))
  const ends = of(before)
  const layers = new Set([
    ...of(keep),
    ...reached(of(after), network.after),
    ...[...reached(ends.flatMap(network.before), network.before)].filter((node) => node.op !== 'Input' && !ends.includes(node)),
    ...of(chainsTo).flatMap((node) => chainsOf(node, network)),
  ])
  return { layers, visits: visits + layers.size }
}

/** Whether users and operands of a match are those that a rule asks for. */
function holds({ oneUser = [], notUsedBy = {}, onlyFrom = {} }: KeepRule, match: Match, network: Network): boolean {
  const isOneOf = (operators: readonly string[]) => (node: Node) => operators.includes(network.operatorOf(node))
  return (
    oneUser.every((name) => network.after(match.get(name)!).length === 1) &&
    Object.entries(notUsedBy).every(([name, operators]) => !network.after(match.get(name)!).some(isOneOf(operators))) &&
    Object.entries(onlyFrom).every(([name, operators]) => network.before(match.get(name)!).every(isOneOf(operators)))
  )
}

/** Of the matches, those that no other one leads to, or that lead to no other one. Each node is looked at once. */
function outermost(matches: readonly Match[], which: 'first' | 'last', { before, after }: Network): readonly Match[] {
  const onwards = which === 'first' ? after : before
  const ends = new Map(matches.map((match) => [[...match.values()].at(which === 'first' ? 0 : -1)!, match]))
  const beyond = reached([...ends.keys()].flatMap(onwards), onwards)
  return [...ends].flatMap(([node, match]) => (beyond.has(node) ? [] : [match]))
}

/** The operands of a layer, and what computes each, back along layers of one operand whose results one layer uses. */
function chainsOf(node: Node, { before, after }: Network): readonly Node[] {
  return before(node).flatMap((start) => {
    const chain = [start]
    for (
      let [next, ...others] = before(start);
      next !== undefined && others.length === 0 && after(next).length === 1;
      [next, ...others] = before(next)
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
