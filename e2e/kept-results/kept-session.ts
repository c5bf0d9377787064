import { type Backend, createResolver, type Graph, type Plan, type Resolved, type ResolveOptions, type Resolver } from '@q/ir'
import type { RangeTable } from '@q/ir/resolve'
import { wrongChanges, wrongLayers } from './changed-layers.ts'
import { comparable } from './comparable.ts'

/** What a resolver is asked one time. */
export interface Turn {
  readonly plan: Plan
  readonly ranges: RangeTable
  /** Whether the answer is looked at before the next turn; else only when all have been asked. */
  readonly isLookedAt: boolean
}

/** Everything that is asked of one resolver, as data: it can be asked again, whole or in part. */
export interface Session {
  readonly backend: Backend
  readonly graph: Graph
  readonly table: RangeTable | undefined
  readonly options: ResolveOptions
  readonly turns: readonly Turn[]
}

/** What a resolver gives, or how it refuses. */
export type Answer = { readonly resolved: Resolved } | { readonly refusal: string }

/** Asks, and takes a refusal for an answer. */
export function answerOf(resolver: () => Resolver, { plan, ranges }: Pick<Turn, 'plan' | 'ranges'>): Answer {
  try {
    return { resolved: resolver().resolve(plan, ranges) }
  } catch (error) {
    return { refusal: error instanceof Error ? `${error.name} ${error.message}` : String(error) }
  }
}

/** A resolver that has seen nothing. */
export const freshResolver = ({ backend, graph, table, options }: Omit<Session, 'turns'>): Resolver =>
  createResolver(graph, table, backend, options)

/** What a resolver that has seen nothing answers; the rows of the turn stand in its table where it has one. */
export function freshAnswer(session: Omit<Session, 'turns'>, { plan, ranges }: Pick<Turn, 'plan' | 'ranges'>): Answer {
  const { table } = session
  if (table === undefined) return answerOf(() => freshResolver(session), { plan, ranges })
  return answerOf(() => freshResolver({ ...session, table: new Map([...table, ...ranges]) }), { plan, ranges: new Map() })
}

/** All that an answer says, as lines. */
const linesOf = (answer: Answer): readonly string[] => ('refusal' in answer ? [answer.refusal] : comparable(answer.resolved))

/** A fresh answer is looked at once; nothing is asked of its resolver any more. */
const freshLines = new WeakMap<Answer, readonly string[]>()

/** The first line in which two answers differ. */
function difference(kept: Answer, fresh: Answer): string | undefined {
  const other = freshLines.get(fresh) ?? linesOf(fresh)
  freshLines.set(fresh, other)
  const mine = linesOf(kept)
  const at = Array.from({ length: Math.max(mine.length, other.length) }, (_, i) => i).find((i) => mine[i] !== other[i])
  return at === undefined ? undefined : `kept:  ${mine[at]}\nfresh: ${other[at]}`
}

/** Asks a session again, and looks at the answer to turn `at` in the end. @returns what is wrong with it */
export function faultAt(session: Session, at: number): string | undefined {
  const kept = freshResolver(session)
  const answers = session.turns.map((turn, i) => {
    const answer = answerOf(() => kept, turn)
    if (turn.isLookedAt && i !== at) linesOf(answer)
    return answer
  })
  return faultOf(answers, at, freshAnswer(session, session.turns[at]!))
}

/** What is wrong with the answer to turn `at`: it is not a fresh one, or what it says of changes since the answer before (the very first one for the last). */
export function faultOf(answers: readonly Answer[], at: number, fresh: Answer): string | undefined {
  const answer = answers[at]!
  const found = difference(answer, fresh)
  if (found !== undefined || 'refusal' in answer) return found
  const other = answers[at === answers.length - 1 ? 0 : at - 1]
  const changes = other === undefined || 'refusal' in other ? undefined : wrongChanges(answer.resolved, other.resolved)
  return changes ?? wrongLayers(answer.resolved)
}
