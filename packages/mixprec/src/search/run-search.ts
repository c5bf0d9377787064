import type { MetricName, Question, SearchResult, SearchSpace, SearchStep, SearchStrategy, TrialLosses } from '@q/ir'
import type { Evaluator } from '../evaluator/evaluator.ts'
import { askInTime, type TimeBudget } from './ask-in-time.ts'
import type { SearchEvent, SearchOutcome } from './search-events.ts'

/** How a search is run. */
export interface SearchOptions {
  /** Ends the search between two tasks. */
  readonly signal?: Pick<AbortSignal, 'aborted'>
  /** Ends it when the time is over. @default it ends when it is done */
  readonly budget?: TimeBudget
  readonly onEvent?: (event: SearchEvent) => void
}

/**
 * Drives a strategy over an evaluator until it is done, told to stop, or out of time; then what it would return at its last step is the result. A result that was
 * only ranked is measured in `exact` over all samples, unless time is over; as long as that is the case, the time which this took before is kept for it.
 *
 * @throws QError those of the evaluator, except for being stopped
 */
export async function runSearch(
  strategy: SearchStrategy,
  space: SearchSpace,
  evaluator: Evaluator,
  { signal, budget, onEvent = () => {} }: SearchOptions = {},
): Promise<SearchOutcome> {
  const metrics = new Set<MetricName>()
  let [questions, trials, done] = [0, 0, 0]

  /** What measuring a trial in `exact` over all samples took at most, in milliseconds. */
  let scoring = 0

  /** @returns `undefined` when it was stopped */
  const ask = async (question: Question, spare = 0): Promise<readonly TrialLosses[] | undefined> => {
    for (const metric of question.metrics) metrics.add(metric)
    questions++
    trials += question.trials.length
    const began = budget?.now() ?? 0
    const answers = await askInTime(evaluator, question, {
      ...(signal && { signal }),
      budget,
      spare,
      onProgress: (measured, total) => onEvent({ kind: 'progress', measured, total, done }),
    })
    const isScoring = (question.samples?.count ?? space.samples) === space.samples && question.precision !== 'fast'
    if (isScoring) scoring = Math.max(scoring, ((budget?.now() ?? 0) - began) / Math.max(1, question.trials.length))
    return answers
  }
  const scored = async (result: SearchResult): Promise<SearchResult> => {
    if (result.losses !== undefined || metrics.size === 0) return result
    const answers = await ask({ trials: [result.trial], metrics: [...metrics] })
    return answers === undefined ? result : { ...result, losses: answers[0]! }
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
    const answers = await ask(question, best.losses === undefined ? scoring : 0)
    if (answers === undefined) {
      steps.return(best)
      return outcome(scoring > 0 ? await scored(best) : best, open, false)
    }
    question.trials.forEach((trial, i) => {
      onEvent({ kind: 'trial', trial, question, losses: answers[i]! })
    })
    step = steps.next(answers)
  }
  const result = step.value
  tell(result)
  const measured = await scored(result)
  return outcome(measured, [], measured.losses !== undefined || metrics.size === 0)
}
