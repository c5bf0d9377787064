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
 * only ranked is measured in `exact` over all samples, unless time is over. As long as that is the case, the time which this took before is kept for it: when no more than that is left it is measured, and
 * the search goes on with what is left then. Where time is over all the same, or that result loses more by the first metric of the last question, the last result that was measured is returned.
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

  /** What measuring a trial on a sample took at most on the mean of a question, in milliseconds; and what measuring a result on all took, which is known once one was measured on the way. */
  let each = 0
  let scoring: number | undefined
  /** Trials measured on a sample since the last step. */
  let measured = 0

  /** @returns `undefined` when it was stopped */
  const ask = async (question: Question, spare = 0): Promise<readonly TrialLosses[] | undefined> => {
    for (const metric of question.metrics) metrics.add(metric)
    const began = budget?.now() ?? 0
    const before = measured
    const answers = await askInTime(evaluator, question, {
      ...(signal && { signal }),
      budget,
      spare,
      onProgress(now, total) {
        measured = before + now
        onEvent({ kind: 'progress', measured, total: before + total, done })
      },
    })
    if (measured > before) each = Math.max(each, ((budget?.now() ?? 0) - began) / (measured - before))
    return answers
  }
  const askNew = (question: Question, spare = 0): Promise<readonly TrialLosses[] | undefined> => {
    questions++
    trials += question.trials.length
    return ask(question, spare)
  }
  /** The losses of a trial in `exact` over all samples; none where time is over. @param claimed what the strategy says they are */
  const lossesOf = async (trial: Trial, claimed: TrialLosses | undefined): Promise<TrialLosses | undefined> => {
    if (told.isTold({ trial, ...(claimed && { losses: claimed }) })) return claimed
    const known = told.of(trial, [...metrics])
    if (known !== undefined || metrics.size === 0) return known
    const question: Question = { trials: [trial], metrics: [...metrics] }
    const answers = await askNew(question)
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

  const isOver = (): boolean => signal?.aborted === true || (budget !== undefined && budget.now() >= budget.endsAt)

  const steps = strategy.search(space)
  let step = steps.next()
  /** The last result at a step that was measured. */
  let sure: SearchResult | undefined
  let goal: MetricName = 'cosine'
  while (step.done !== true) {
    const { ask: question, best, open = [], notes = [], done: share = done } = check.step(step.value)
    done = share
    goal = question.metrics[0]!
    const known = told.isTold(best) ? best.losses : told.of(best.trial, question.metrics)
    const isSure = known !== undefined && (known === best.losses || !isWorse({ ...best, losses: known }, sure, goal))
    if (isSure) sure = { ...best, losses: known }
    tell({ notes })
    onEvent({ kind: 'question', trials: question.trials.length, done, open })
    measured = 0
    let answers = await askNew(question, known === undefined ? (scoring ?? each * space.samples) : 0)
    if (answers === undefined && known === undefined && !isOver()) {
      const began = budget?.now() ?? 0
      const guess = await scored(best)
      scoring = (budget?.now() ?? 0) - began
      if (!isWorse(guess, sure, goal)) sure = guess
      answers = await ask(question)
    }
    if (answers === undefined) {
      steps.return(best)
      const ended = await scored(best)
      return outcome(
        sure !== undefined && isWorse(ended, sure, goal) ? await scored({ ...sure, ranking: ended.ranking }) : ended,
        open,
        false,
      )
    }
    told.add(question, answers)
    question.trials.forEach((trial, i) => {
      onEvent({ kind: 'trial', trial, question, losses: answers[i]! })
    })
    step = steps.next(answers)
  }
  const result = check.result(step.value)
  tell(result)
  const whole = await scored(result)
  return outcome(whole, [], whole.losses !== undefined || metrics.size === 0)
}

/** Whether a result was not measured, or loses more than one that was. */
function isWorse({ losses }: SearchResult, sure: SearchResult | undefined, metric: MetricName): boolean {
  const lossOf = (told: TrialLosses | undefined): number => told?.losses[metric]?.mean ?? Number.POSITIVE_INFINITY
  return losses === undefined || (sure !== undefined && lossOf(losses) > lossOf(sure.losses))
}
