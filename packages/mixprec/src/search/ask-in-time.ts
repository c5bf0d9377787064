import { isQError, type Question, type TrialLosses } from '@q/ir'
import type { AskOptions, Evaluator } from '../evaluator/evaluator.ts'

/** The time that a search has, by a clock that is handed in. */
export interface TimeBudget {
  /** When it is over, in milliseconds as `now` tells them. */
  readonly endsAt: number
  now(): number
  /** Calls when so many milliseconds are over, and returns what calls it off. @default a question ends at the end of the task in which its time is over */
  after?(milliseconds: number, call: () => void): () => void
}

/** When a question is given up. */
export interface AskInTimeOptions extends AskOptions {
  readonly budget?: TimeBudget | undefined
  /** Milliseconds of the budget that are for something else. @default 0 */
  readonly spare?: number
}

/**
 * Asks an evaluator. Between two of its tasks a question is given up when the signal is raised or the time is over, less what is spared; and at the end of the
 * budget in any case, even within a task: the evaluator can only be closed then.
 *
 * @returns nothing when it was given up
 * @throws QError those of the evaluator
 */
export async function askInTime(
  evaluator: Evaluator,
  question: Question,
  { signal, budget, spare = 0, ...options }: AskInTimeOptions,
): Promise<readonly TrialLosses[] | undefined> {
  const stop = {
    get aborted() {
      return signal?.aborted === true || (budget !== undefined && budget.now() >= budget.endsAt - spare)
    },
  }
  if (stop.aborted) return undefined
  const asked = evaluator.ask(question, { ...options, signal: stop }).catch((error: unknown) => {
    if (isQError(error) && error.code === 'INTERRUPTED') return undefined
    throw error
  })
  if (budget?.after === undefined) return asked
  let callOff = (): void => {}
  const over = new Promise<undefined>((resolve) => {
    callOff = budget.after!(budget.endsAt - budget.now(), () => resolve(undefined))
  })
  return Promise.race([asked, over]).finally(() => callOff())
}
