import {
  isQError,
  type MetricName,
  type Question,
  type SearchResult,
  type SearchSpace,
  type SearchStep,
  type SearchStrategy,
  type TrialLosses,
} from '@q/ir'
import type { Evaluator } from '../evaluator/evaluator.ts'
import type { SearchEvent, SearchOutcome } from './search-events.ts'

/** How a search is run. */
export interface SearchOptions {
  /** Ends the search between two tasks. */
  readonly signal?: Pick<AbortSignal, 'aborted'>
  /** Ends it when the time is over: `now` tells milliseconds since some moment. @default it ends when it is done */
  readonly budget?: { readonly milliseconds: number; now(): number }
  readonly onEvent?: (event: SearchEvent) => void
}

/**
 * Drives a strategy over an evaluator until it is done, told to stop, or out of time; then what it would return at its last step is the result. A result that was
 * only ranked is measured in `exact` over all samples, unless time is over.
 *
 * @throws QError those of the evaluator, except for being stopped
 */
export async function runSearch(
  strategy: SearchStrategy,
  space: SearchSpace,
  evaluator: Evaluator,
  { signal, budget, onEvent = () => {} }: SearchOptions = {},
): Promise<SearchOutcome> {
  const end = budget === undefined ? Infinity : budget.now() + budget.milliseconds
  const isLate = (): boolean => budget !== undefined && budget.now() >= end
  const stop = {
    get aborted() {
      return signal?.aborted === true || isLate()
    },
  }
  const metrics = new Set<MetricName>()
  let [questions, trials, done] = [0, 0, 0]

  /** @returns `undefined` when it was stopped */
  const ask = async (question: Question): Promise<readonly TrialLosses[] | undefined> => {
    for (const metric of question.metrics) metrics.add(metric)
    questions++
    trials += question.trials.length
    try {
      return await evaluator.ask(question, {
        signal: stop,
        onProgress: (measured, total) => onEvent({ kind: 'progress', measured, total, done }),
      })
    } catch (error) {
      if (isQError(error) && error.code === 'INTERRUPTED') return undefined
      throw error
    }
  }
  const outcome = (result: SearchResult, open: readonly string[], isWhole: boolean): SearchOutcome => {
    const ended = isWhole ? 'finished' : signal?.aborted === true ? 'interrupted' : 'budget'
    return { result, ended, open, questions, trials }
  }
  const tell = ({ notes = [] }: Pick<SearchStep, 'notes'>): void => {
    for (const note of notes) onEvent({ kind: 'note', note })
  }

  const steps = strategy.search(space)
  let step = steps.next()
  while (step.done !== true) {
    const { ask: question, best, open = [], notes = [] } = step.value
    done = step.value.done ?? done
    tell({ notes })
    onEvent({ kind: 'question', trials: question.trials.length, done, open })
    const answers = await ask(question)
    if (answers === undefined) {
      steps.return(best)
      return outcome(best, open, false)
    }
    question.trials.forEach((trial, i) => {
      onEvent({ kind: 'trial', trial, question, losses: answers[i]! })
    })
    step = steps.next(answers)
  }
  const result = step.value
  tell(result)
  if (result.losses !== undefined || metrics.size === 0) return outcome(result, [], true)
  const answers = await ask({ trials: [result.trial], metrics: [...metrics] })
  return outcome(answers === undefined ? result : { ...result, losses: answers[0]! }, [], answers !== undefined)
}
