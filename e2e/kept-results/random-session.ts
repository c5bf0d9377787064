import type { Backend, Graph, ObservedRange, Plan, Resolver } from '@q/ir'
import type { RangeTable } from '@q/ir/resolve'
import { type Answer, answerOf, freshAnswer, freshResolver, type Session, type Turn } from './kept-session.ts'
import { pick, randomNetwork } from './random-network.ts'

const mostBlocks = 14
const mostTurns = 20

/** A row of a table: usual ones of either sign, some that are all zero, as for a layer that was constant. */
function randomRow(roll: () => number): ObservedRange {
  const threshold = 0.5 + 4 * roll()
  if (roll() < 0.03) return { threshold: 0, min: 0, max: 0 }
  return {
    threshold,
    min: pick([0, 0, -threshold, -0.8 * threshold, -0.1], roll),
    max: pick([threshold, 0.9 * threshold, 0.5 * threshold], roll),
  }
}

/** Rows that cannot be ranges. */
const badRows: readonly ObservedRange[] = [
  { threshold: Number.NaN, min: 1, max: 0 },
  { threshold: 2, min: 2, max: 1 },
  { threshold: 0, min: -1, max: -1 },
]

function randomTable(graph: Graph, roll: () => number): RangeTable | undefined {
  const kind = roll()
  if (kind < 0.03) return undefined
  const missing = kind < 0.2 ? 0.4 : kind < 0.4 ? 0.05 : 0
  return new Map([...graph.values.keys()].filter(() => roll() >= missing).map((name) => [name, randomRow(roll)]))
}

function changedPlan(plan: Plan, layers: readonly string[], modes: readonly string[], roll: () => number): Plan {
  const next = new Map(plan)
  if (roll() < 0.25) next.delete(pick(layers, roll))
  else next.set(pick(layers, roll), pick(modes, roll))
  return next
}

function changedRanges(ranges: RangeTable, names: readonly string[], roll: () => number): RangeTable {
  const next = new Map(ranges)
  if (roll() < 0.3 && next.size > 0) next.delete(pick([...next.keys()], roll))
  else next.set(pick(names, roll), randomRow(roll))
  return next
}

/** Turn after turn: one thing changes, or several, or what was asked before comes back; now and then something that is refused. */
function nextTurn(turns: readonly Turn[], session: Omit<Session, 'turns'>, roll: () => number): Turn {
  const { graph, backend } = session
  const layers = graph.nodes.map(({ outputs }) => outputs[0]!)
  const names = [...graph.values.keys()]
  const { modes } = backend.target
  let { plan, ranges } = turns.at(-1) ?? { plan: new Map(), ranges: new Map() }
  for (let changes = 1 + Math.floor(roll() ** 2 * 4); changes > 0; changes--) {
    const kind = roll()
    if (kind < 0.5) plan = changedPlan(plan, layers, modes, roll)
    else if (kind < 0.8) ranges = changedRanges(ranges, names, roll)
    else if (kind < 0.9 && turns.length > 0) ({ plan, ranges } = pick(turns, roll))
    else if (kind < 0.95) plan = new Map()
    else ranges = new Map()
  }
  return { plan, ranges, isLookedAt: roll() < 0.7 }
}

function refused({ plan, ranges }: Turn, { graph }: Omit<Session, 'turns'>, roll: () => number): Turn {
  const layer = pick(graph.nodes, roll).outputs[0]!
  const isLookedAt = true
  if (roll() < 0.5) return { plan: new Map([...plan, [layer, 'NO_MODE']]), ranges, isLookedAt }
  return { plan, ranges: new Map([...ranges, [layer, pick(badRows, roll)]]), isLookedAt }
}

/** A session on a random network, its kept answers, and those of fresh resolvers. */
export interface Asked {
  readonly session: Session
  readonly kept: readonly Answer[]
  readonly fresh: readonly Answer[]
}

/** Asks a resolver random questions and compares nothing; `each` sees every answer that is looked at before the next question. */
export function askAtRandom(backend: Backend, roll: () => number, each: (asked: Asked, at: number) => void): Asked {
  const graph = randomNetwork(backend.target, 2 + Math.floor(roll() * mostBlocks), roll)
  const options = {
    mode: pick(backend.target.modes, roll),
    asymmetric: backend.target.asymmetricSchemes !== undefined && roll() < 0.5,
    highPrecision: roll() < 0.15,
  }
  const start = { backend, graph, table: randomTable(graph, roll), options }
  const turns: Turn[] = []
  const kept: Answer[] = []
  const fresh: Answer[] = []
  const asked: Asked = { session: { ...start, turns }, kept, fresh }
  const one = freshAnswer(start, { plan: new Map(), ranges: new Map() })
  let resolver: Resolver
  try {
    resolver = freshResolver(start)
  } catch {
    return { ...asked, kept: [one], fresh: [one] }
  }
  let sound: Turn[] = []
  while (turns.length < mostTurns) {
    const next = nextTurn(sound, start, roll)
    const isRefused = roll() < 0.06
    const turn = isRefused ? refused(next, start, roll) : next
    turns.push(turn)
    kept.push(answerOf(() => resolver, turn))
    fresh.push(freshAnswer(start, turn))
    if (!('refusal' in kept.at(-1)!)) sound.push(turn)
    else if (roll() < 0.5) sound = sound.slice(0, -1)
    if (turn.isLookedAt) each(asked, turns.length - 1)
  }
  return asked
}
