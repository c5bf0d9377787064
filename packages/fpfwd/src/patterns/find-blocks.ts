import type { Node } from '@q/ir'
import type { SmallGraph } from './family.ts'
import type { Network } from './network.ts'
import { isOf, type Operand, operatorIn, type Pattern, patternOf, type Wanted } from './small-graph.ts'

/** The layers that the nodes of a small graph are in the network. */
export type Match = ReadonlyMap<string, Node>

/** Where blocks are, and what it took to find them. */
export interface Blocks {
  readonly matches: readonly Match[]
  /** How often a layer of the network was looked at. */
  readonly visits: number
  /** For how many layers that may be the last node the search was ended before all was looked at. */
  readonly ended: number
}

/** Operators that only move elements, or take some of them. */
const movers: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Slice', 'Split', 'Squeeze', 'Unsqueeze', 'Gather'])
/** Whether a layer only moves elements, or takes some of them. */
export const isMover = ({ op }: Node): boolean => movers.has(op)
/** How many of them may lie one behind the other. */
const longestWay = 12

/** How often layers are looked at for one layer that may be the last node, beside its operands. */
const mostVisits = 4096

/**
 * All places of a small graph in a network, found along the edges: the order of the nodes in a file does not count.
 *
 * The node of the small graph whose operator is rarest in the network says where to look: from its layers on to what may be the last
 * node, and from there back: operands that are known first, then those that use a known layer, then the others. The work for each layer
 * that may be the last node is bounded, so that all of it grows with the network as fast as the network does.
 *
 * @param all every match, such as each operand of a Concat that can be the one of the small graph; else one for each layer that is the last node
 */
export function findBlocks(network: Network, block: SmallGraph, all = false): Blocks {
  const pattern = patternOf(block)
  const places = operandPlaces(network)
  const users = userSets(network)
  let visits = 0
  let most = 0
  let ended = 0
  const isWanted = (node: Node, want: Wanted): boolean => {
    visits++
    return isOf(network, node, want)
  }
  function* match(node: Node, want: Wanted, found: Match): Generator<Match> {
    const known = found.get(want.name)
    if (known !== undefined) {
      visits++
      if (known === node) yield found
    } else if (visits < most && isWanted(node, want) && ![...found.values()].includes(node))
      yield* matchOperands(node, want.operands, new Map([...found, [want.name, node]]), [])
  }
  function* matchOperands(user: Node, open: readonly Operand[], found: Match, used: readonly number[]): Generator<Match> {
    const operand = nextOperand(open, pattern, found)
    if (operand === undefined) return yield found
    const want = pattern.nodes.get(operand.name)!
    const where = places(user, operand.through)
    const others = open.filter((each) => each !== operand)
    for (const node of candidatesOf(want, where, found)) {
      if (++visits >= most) return
      for (const place of where.get(node) ?? [])
        if (!used.includes(place)) for (const next of match(node, want, found)) yield* matchOperands(user, others, next, [...used, place])
    }
  }
  /** Layers that may be an operand: the one that it is known to be, those that use what is known of it, or all that lie there. */
  function candidatesOf(want: Wanted, where: ReadonlyMap<Node, readonly number[]>, found: Match): Iterable<Node> {
    const known = found.get(want.name)
    if (known !== undefined) return [known]
    const lists = want.operands.flatMap(({ name, through }) => {
      const operand = found.get(name)
      return operand === undefined ? [] : [users(operand, through)]
    })
    return (
      lists.reduce<ReadonlySet<Node> | undefined>((best, list) => (list.size < (best?.size ?? where.size) ? list : best), undefined) ??
      where.keys()
    )
  }
  const matches = lastNodes(network, pattern, isWanted).flatMap((node) => {
    most = visits + mostVisits + 64 * network.before(node).length
    const search = match(node, pattern.last, new Map())
    const found = all ? [...search] : firstOf(search)
    if (visits >= most && (all || found.length === 0)) ended++
    return found
  })
  return { matches, visits: visits + places.visits() + users.visits(), ended }
}

/** The operand to look for first: one that is known, one of which something is known, or the one that is made of most. */
function nextOperand(open: readonly Operand[], { nodes }: Pattern, found: Match): Operand | undefined {
  return (
    open.find(({ name }) => found.has(name)) ??
    open.find(({ name }) => nodes.get(name)!.operands.some((operand) => found.has(operand.name))) ??
    open[0]
  )
}

/** Layers that a node computes with, by themselves or through layers that only move elements: by the operands that they are behind. */
function operandPlaces(network: Network) {
  const known = [new Map<Node, ReadonlyMap<Node, readonly number[]>>(), new Map<Node, ReadonlyMap<Node, readonly number[]>>()] as const
  let visits = 0
  const placesOf = (user: Node, through: boolean): ReadonlyMap<Node, readonly number[]> => {
    const made = known[through ? 1 : 0].get(user)
    if (made !== undefined) return made
    const places = new Map<Node, number[]>()
    for (const [place, start] of network.before(user).entries())
      for (const node of through ? wayBack(network, start) : [start]) {
        visits++
        const others = places.get(node)
        if (others === undefined) places.set(node, [place])
        else others.push(place)
      }
    known[through ? 1 : 0].set(user, places)
    return places
  }
  return Object.assign(placesOf, { visits: () => visits })
}

/** Layers that use a node, by themselves or through layers that only move elements: looked for once, as many as there may be. */
function userSets(network: Network) {
  const known = [new Map<Node, ReadonlySet<Node>>(), new Map<Node, ReadonlySet<Node>>()] as const
  let visits = 0
  const usersIn = (node: Node, through: boolean): ReadonlySet<Node> => {
    const made = known[through ? 1 : 0].get(node)
    if (made !== undefined) return made
    const users = usersOf(network, new Set([node]), through)
    visits += users.size
    known[through ? 1 : 0].set(node, users)
    return users
  }
  return Object.assign(usersIn, { visits: () => visits })
}

/** A node, and those before it as long as each only moves elements. */
export function wayBack(network: Network, start: Node): ReadonlySet<Node> {
  const found = new Set([start])
  let open: readonly Node[] = [start]
  for (let step = 0; step < longestWay && open.length > 0; step++) {
    open = open.flatMap((each) => (isMover(each) ? network.before(each) : [])).filter((node) => !found.has(node))
    for (const node of open) found.add(node)
  }
  return found
}

/** The layers that may be the last node: those that the rarest operator leads to in the way that the small graph says. */
function lastNodes(network: Network, { nodes, last }: Pattern, isWanted: (node: Node, want: Wanted) => boolean): readonly Node[] {
  const rarest = [...nodes.values()].reduce((best, want) => (countOf(network, want) < countOf(network, best) ? want : best), last)
  let reached: ReadonlySet<Node> = new Set(layersOf(network, rarest))
  for (let want = rarest; want !== last; ) {
    const user = [...nodes.values()].find(({ operands }) => operands.some(({ name }) => name === want.name))!
    const through = user.operands.some((operand) => operand.name === want.name && operand.through)
    reached = new Set([...usersOf(network, reached, through)].filter((node) => isWanted(node, user)))
    want = user
  }
  return [...reached]
}

function usersOf(network: Network, starts: ReadonlySet<Node>, through: boolean): ReadonlySet<Node> {
  const found = new Set([...starts].flatMap(network.after))
  let open: readonly Node[] = through ? [...found] : []
  for (let step = 0; step < longestWay && open.length > 0; step++) {
    open = open
      .filter(isMover)
      .flatMap(network.after)
      .filter((node) => !found.has(node))
    for (const node of open) found.add(node)
  }
  return found
}

const layersOf = (network: Network, want: Wanted): readonly Node[] =>
  (want.isAnyBut ? network.nodes : namesOf(want).flatMap((operator) => network.byOperator.get(operator) ?? [])).filter((node) =>
    isOf(network, node, want),
  )

const countOf = ({ nodes, byOperator }: Network, want: Wanted): number =>
  want.isAnyBut ? nodes.length : namesOf(want).reduce((sum, operator) => sum + (byOperator.get(operator)?.length ?? 0), 0)

const namesOf = ({ operators }: Wanted): readonly string[] => [...new Set(operators.map((text) => operatorIn(text).operator))]

function firstOf<T>(items: Iterable<T>): readonly T[] {
  for (const item of items) return [item]
  return []
}
