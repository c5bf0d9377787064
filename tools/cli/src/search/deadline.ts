import type { TimeBudget } from '@q/mixprec'
import type { Context } from '../context.ts'

/** The time of a whole command, by a clock: at its end the last file has to be written. A search has what lies before the reserve. */
export interface Deadline extends Required<TimeBudget> {
  /** Milliseconds that writing and ending are expected to take. */
  readonly reserve: number
  /** Milliseconds that the start of the program took. */
  readonly start: number
}

/** What a search has of a deadline. */
export const budgetOf = ({ reserve, endsAt, now, after }: Deadline): Required<TimeBudget> => ({ endsAt: endsAt - reserve, now, after })

/** Milliseconds that are left for work before a deadline. */
export const timeLeft = ({ endsAt, reserve, now }: Deadline): number => Math.max(0, endsAt - reserve - now())

/** What ending may take: at least that is kept, in milliseconds, for threads that are within a task; that part of what the start took; and that part of the budget at most. */
const leastReserve = 400
const reserveOfStart = 1 / 2
const mostReserve = 1 / 4

/** Threads take about what the program took to start: where no more than so many times that is left, they are of no use, and ending them would take time. */
const threadsPay = 2

/** Whether there is so little time that a search had better not start threads. */
export const isTooShortForThreads = (deadline: Deadline): boolean => timeLeft(deadline) < threadsPay * deadline.start

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
  const begun = started === undefined ? startedAt : Number(started) - performance.timeOrigin
  const start = startedAt - begun
  return {
    endsAt: begun + budget,
    start,
    reserve: Math.min(mostReserve * budget, Math.max(leastReserve, reserveOfStart * start)) + behind,
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
