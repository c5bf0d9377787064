import { asksAll, type Question, type SearchResult, type Trial, type TrialLosses } from '@q/ir'

/** What was told of trials in `exact` over all samples: a strategy's word for it is not needed. */
export interface ToldLosses {
  add(question: Question, answers: readonly TrialLosses[]): void
  /** What was told of a trial by at least these metrics. */
  of(trial: Trial, metrics: readonly string[]): TrialLosses | undefined
  /** Whether just these losses were told of the trial. */
  isTold(result: Pick<SearchResult, 'trial' | 'losses'>): boolean
}

/** Losses of a space with so many samples, of which nothing was told yet. */
export function createToldLosses(samples: number): ToldLosses {
  const told = new Map<string, TrialLosses>()
  const trials = new WeakMap<TrialLosses, string>()
  return {
    add(question, answers) {
      const { trials: asked, outputs = true, precision = 'exact' } = question
      if (!outputs || precision !== 'exact' || !asksAll(question, samples)) return
      for (const [i, trial] of asked.entries()) {
        const answer = answers[i]!
        const key = keyOf(trial)
        const before = told.get(key)
        told.set(key, before === undefined ? answer : { ...before, ...answer, losses: { ...before.losses, ...answer.losses } })
        trials.set(answer, key)
      }
    },
    of(trial, metrics) {
      const known = told.get(keyOf(trial))
      return known !== undefined && metrics.every((metric) => known.losses[metric] !== undefined) ? known : undefined
    },
    isTold: ({ trial, losses }) => losses !== undefined && trials.get(losses) === keyOf(trial),
  }
}

/** A trial as text; the order of plans and ranges decides nothing. */
function keyOf({ plan, ranges = new Map() }: Trial): string {
  const rows = [...ranges].map(([name, { threshold, min, max }]) => [name, threshold, min, max] as const)
  return JSON.stringify([[...plan].sort(byName), rows.sort(byName)])
}

const byName = ([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number => (a < b ? -1 : 1)
