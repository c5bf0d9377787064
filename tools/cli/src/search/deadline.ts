import type { TimeBudget } from '@q/mixprec'
import type { Context } from '../context.ts'

/** The time of a whole command, by a clock: at its end the last file has to be written. A search has what lies before the reserve. */
export interface Deadline extends Required<TimeBudget> {
  /** Milliseconds that writing and ending are expected to take. */
  readonly reserve: number
}

/** What a search has of a deadline. */
export const budgetOf = ({ reserve, ...whole }: Deadline): Required<TimeBudget> => ({ ...whole, endsAt: whole.endsAt - reserve })

/** Milliseconds that are left for work before a deadline. */
export const timeLeft = ({ endsAt, reserve, now }: Deadline): number => Math.max(0, endsAt - reserve - now())

/** What ending may take: threads that are within a task are given 300 ms. At least that is kept, in milliseconds, and that part of the budget at most. */
const leastReserve = 500
const mostReserve = 1 / 4

/**
 * The deadline of a command with a budget, which begins with the start of the program where that is told, in `Q_STARTED` as `performance.timeOrigin`. How long this machine takes for small things now is learned from how long the
 * start took.
 *
 * @param budget in milliseconds
 * @param startedAt when the command began, as `performance.now()` tells it
 * @param behind milliseconds that what comes behind the work is expected to take
 */
export function deadlineOf(budget: number, startedAt: number, { env }: Pick<Context, 'env'>, behind = 0): Deadline {
  const { Q_STARTED: started } = env
  const start = started === undefined ? startedAt : Number(started) - performance.timeOrigin
  return {
    endsAt: start + budget,
    reserve: Math.min(mostReserve * budget, Math.max(leastReserve, (startedAt - start) / 2)) + behind,
    now: () => performance.now(),
    after: callLater,
  }
}

/** The most of the time that is left which a search leaves to what comes behind it. */
const mostBehind = 1 / 2

/** Milliseconds for what comes behind the search of `quantize`: lowering a model, and running it and the original once, takes about twice what the check of the import took. */
export const timeBehind = (deadline: Deadline, check: number): number => Math.min(mostBehind * timeLeft(deadline), 2 * check)

/** Says by how much `quantize` missed its deadline, and by what. */
export function noteOverdue({ endsAt, now }: Deadline, { reporter }: Pick<Context, 'reporter'>): void {
  const over = (now() - endsAt) / 1000
  if (over <= 0) return
  reporter.note(
    `note: --budget was too short by ${over.toFixed(1)} s: the import and its check, thresholds of one sample, the files and a comparison on one sample are made in any case`,
  )
}

/** The longest time that a timer of Node can count, in milliseconds: a longer one would be over at once. */
const longestTimer = 2 ** 31 - 1

function callLater(milliseconds: number, call: () => void): () => void {
  let callOff = (): void => {}
  const wait = (left: number): void => {
    const timer = setTimeout(() => (left > longestTimer ? wait(left - longestTimer) : call()), Math.min(left, longestTimer))
    callOff = () => clearTimeout(timer)
  }
  wait(milliseconds)
  return () => callOff()
}
