import type { Node } from '@q/ir'
import type { SmallGraph } from './family.ts'
import type { Network } from './network.ts'
import { isOf, type Operand, type Pattern, patternOf, type Wanted } from './small-graph.ts'

/** The layers that the nodes of a small graph are in the network. */
export type Match = ReadonlyMap<string, Node>

/** Where blocks are, and what it took to find them. */
export interface Blocks {
  readonly matches: readonly Match[]
  /** How often a layer of the network was looked at. */
  readonly visits: number
}

/** Operators that only move elements, or take some of them. */
const movers: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Slice', 'Split', 'Squeeze', 'Unsqueeze', 'Gather'])
/** How many of them may lie one behind the other. */
const longestWay = 12

/**
 * All places of a small graph in a network, found along the edges: the order of the nodes in a file does not count.
 *
 * The node of the small graph whose operator is rarest in the network says where to look: from its layers on to what may be the last
 * node, and from there back. Each of these walks is bounded by the small graph, so that the work grows with the network as fast as the
 * network does.
 *
 * @param all every match, such as each operand of a Concat that can be the one of the small graph; else one for each layer that is the last node
 */
export function findBlocks(network: Network, block: SmallGraph, all = false): Blocks {
  const pattern = patternOf(block)
  let visits = 0
  const isWanted = (node: Node, want: Wanted): boolean => {
    visits++
    return isOf(network, node, want)
  }
  function* match(node: Node, want: Wanted, found: Match): Generator<Match> {
    const known = found.get(want.name)
    if (known !== undefined) {
      visits++
      if (known === node) yield found
    } else if (isWanted(node, want) && ![...found.values()].includes(node))
      yield* matchOperands(network.before(node), want.operands, new Map([...found, [want.name, node]]))
  }
  function* matchOperands(nodes: readonly Node[], [operand, ...others]: readonly Operand[], found: Match): Generator<Match> {
    if (operand === undefined) return yield found
    for (const [i, start] of nodes.entries())
      for (const node of operand.through ? wayBack(start) : [start])
        for (const next of match(node, pattern.nodes.get(operand.name)!, found)) yield* matchOperands(nodes.toSpliced(i, 1), others, next)
  }
  /** A node, and those before it as long as each only moves elements. */
  function* wayBack(node: Node): Generator<Node> {
    let open: readonly Node[] = [node]
    for (let step = 0; step <= longestWay && open.length > 0; step++) {
      yield* open
      visits += open.length
      open = open.flatMap((each) => (movers.has(each.op) ? network.before(each) : []))
    }
  }
  const matches = lastNodes(network, pattern, isWanted).flatMap((node) => {
    const found = match(node, pattern.last, new Map())
    return all ? [...found] : firstOf(found)
  })
  return { matches, visits }
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
      .filter(({ op }) => movers.has(op))
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

const namesOf = ({ operators }: Wanted): readonly string[] => [...new Set(operators.map((text) => text.split('+')[0]!))]

function firstOf<T>(items: Iterable<T>): readonly T[] {
  for (const item of items) return [item]
  return []
}
