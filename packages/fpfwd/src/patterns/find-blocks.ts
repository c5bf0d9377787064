import type { Edges, Graph, Node } from '@q/ir'
import type { SmallGraph } from './family.ts'

/** The layers that the nodes of a small graph are in the network. */
export type Match = ReadonlyMap<string, Node>

/** Where blocks are, and what it took to find them. */
export interface Blocks {
  readonly matches: readonly Match[]
  /** How often a node of the network was compared with a node of the small graph. */
  readonly visits: number
}

/** Goes on with what is left to match. */
type Then = (found: Match) => Match | undefined

/** A node of the small graph. */
interface Wanted {
  readonly name: string
  readonly ops: readonly string[]
  readonly operands: readonly string[]
}

/**
 * All places of a small graph in a network, from its last node back along the edges: the order of the nodes in a file does not count.
 *
 * Each node of the network begins one search, which goes as far back as the small graph is deep: the work grows with the network as fast
 * as the network does.
 *
 * @param block its last node is computed from all others
 */
export function findBlocks(graph: Graph, { producer }: Edges, block: SmallGraph): Blocks {
  const wanted = new Map(Object.entries(block).map(([name, text]) => [name, wantedOf(name, text)]))
  const last = [...wanted.values()].at(-1)!
  let visits = 0
  const match = (node: Node, want: Wanted, found: Match, then: Then): Match | undefined => {
    visits++
    const known = found.get(want.name)
    if (known !== undefined) return known === node ? then(found) : undefined
    if (!want.ops.some((op) => isOf(node, op)) || [...found.values()].includes(node)) return undefined
    return matchOperands(before(node), want.operands, new Map([...found, [want.name, node]]), then)
  }
  const matchOperands = (nodes: readonly Node[], [operand, ...others]: readonly string[], found: Match, then: Then): Match | undefined => {
    if (operand === undefined) return then(found)
    for (const node of nodes) {
      const whole = match(node, wanted.get(operand)!, found, (next) => matchOperands(nodes, others, next, then))
      if (whole !== undefined) return whole
    }
    return undefined
  }
  const before = (node: Node): readonly Node[] => node.inputs.flatMap((name) => (name === undefined ? [] : (producer.get(name) ?? [])))
  const matches = graph.nodes.flatMap((node) => match(node, last, new Map(), (found) => found) ?? [])
  return { matches, visits }
}

function wantedOf(name: string, text: string): Wanted {
  const [ops = '', operands = ''] = text.replace(')', '').split('(')
  return {
    name,
    ops: ops.split('|'),
    operands: operands
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  }
}

function isOf(node: Node, text: string): boolean {
  const [op, fused] = text.split('+')
  return node.op === op && (fused === undefined || node.attrs[fused] === true)
}
