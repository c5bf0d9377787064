import { type Backend, createResolver, type Graph, type Plan, type Resolved, type ResolveOptions, type Resolver } from '@q/ir'
import type { RangeTable } from '@q/ir/resolve'
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
export const linesOf = (answer: Answer): readonly string[] => ('refusal' in answer ? [answer.refusal] : comparable(answer.resolved))

/** The first line in which two answers differ. */
export function difference(kept: Answer, fresh: Answer): string | undefined {
  const [mine, other] = [linesOf(kept), linesOf(fresh)]
  const at = Array.from({ length: Math.max(mine.length, other.length) }, (_, i) => i).find((i) => mine[i] !== other[i])
  return at === undefined ? undefined : `kept:  ${mine[at]}\nfresh: ${other[at]}`
}

/** Asks a session again. @returns what differs in the answer to turn `at`, looked at in the end, from that of a fresh resolver */
export function differenceAt(session: Session, at: number): string | undefined {
  const kept = freshResolver(session)
  const answers = session.turns.map((turn, i) => {
    const answer = answerOf(() => kept, turn)
    if (turn.isLookedAt && i !== at) linesOf(answer)
    return answer
  })
  return difference(answers[at]!, freshAnswer(session, session.turns[at]!))
}
