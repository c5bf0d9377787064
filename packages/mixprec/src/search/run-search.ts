import type { MetricName, Question, SearchResult, SearchSpace, SearchStep, SearchStrategy, Trial, TrialLosses } from '@q/ir'
import type { Evaluator } from '../evaluator/evaluator.ts'
import { floatShare } from '../strategies/float-share.ts'
import { askInTime, type TimeBudget } from './ask-in-time.ts'
import { checkSteps } from './check-steps.ts'
import type { SearchEvent, SearchOutcome } from './search-events.ts'
import { createToldLosses } from './told-losses.ts'

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
 * only ranked is measured in `exact` over all samples, unless time is over; as long as that is the case, the time which this took before is kept for it. Where it is
 * over all the same, or that result loses more by the first metric of the last question, the last result that was measured is returned.
 *
 * Every step is looked at, and the losses of a result and of the points of its front are those that the evaluator told of just these trials, whatever the strategy says.
 *
 * @throws QError `STRATEGY_INVALID`, and those of the evaluator, except for being stopped
 */
export async function runSearch(
  strategy: SearchStrategy,
  space: SearchSpace,
  evaluator: Evaluator,
  { signal, budget, onEvent = () => {} }: SearchOptions = {},
): Promise<SearchOutcome> {
  const metrics = new Set<MetricName>()
  const check = checkSteps(strategy.name, space)
  const told = createToldLosses(space.samples)
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
  /** The losses of a trial in `exact` over all samples; none where time is over. @param claimed what the strategy says they are */
  const lossesOf = async (trial: Trial, claimed: TrialLosses | undefined): Promise<TrialLosses | undefined> => {
    if (told.isTold({ trial, ...(claimed && { losses: claimed }) })) return claimed
    const known = told.of(trial, [...metrics])
    if (known !== undefined || metrics.size === 0) return known
    const question: Question = { trials: [trial], metrics: [...metrics] }
    const answers = await ask(question)
    if (answers === undefined) return told.of(trial, [])
    told.add(question, answers)
    return answers[0]
  }
  const scored = async ({ losses: claimed, front, ...result }: SearchResult): Promise<SearchResult> => {
    const losses = await lossesOf(result.trial, claimed)
    const points: NonNullable<SearchResult['front']>[number][] = []
    for (const { trial, losses: each } of front ?? []) {
      const found = await lossesOf(trial, each)
      if (found !== undefined) points.push({ trial, losses: found, floatShare: floatShare(space, trial) })
    }
    return { ...result, ...(losses && { losses }), ...(front && { front: points }) }
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
  /** The last result at a step that was measured. */
  let sure: SearchResult | undefined
  let goal: MetricName = 'cosine'
  while (step.done !== true) {
    const { ask: question, best, open = [], notes = [], done: share = done } = check.step(step.value)
    done = share
    const isSure = told.isTold(best)
    if (isSure) sure = best
    goal = question.metrics[0]!
    tell({ notes })
    onEvent({ kind: 'question', trials: question.trials.length, done, open })
    const answers = await ask(question, isSure ? 0 : scoring)
    if (answers === undefined) {
      steps.return(best)
      const ended = await scored(best)
      return outcome(sure !== undefined && isWorse(ended, sure, goal) ? await scored(sure) : ended, open, false)
    }
    told.add(question, answers)
    question.trials.forEach((trial, i) => {
      onEvent({ kind: 'trial', trial, question, losses: answers[i]! })
    })
    step = steps.next(answers)
  }
  const result = check.result(step.value)
  tell(result)
  const measured = await scored(result)
  return outcome(measured, [], measured.losses !== undefined || metrics.size === 0)
}

/** Whether a result was not measured, or loses more than one that was. */
function isWorse({ losses }: SearchResult, sure: SearchResult, metric: MetricName): boolean {
  const lossOf = (told: TrialLosses | undefined): number => told?.losses[metric]?.mean ?? Number.POSITIVE_INFINITY
  return losses === undefined || lossOf(losses) > lossOf(sure.losses)
}
