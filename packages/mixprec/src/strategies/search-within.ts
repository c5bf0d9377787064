import type { SearchResult, SearchSpace, SearchStep, SearchStrategy, Trial, TrialLosses } from '@q/ir'
import type { SearchPart } from './search-course.ts'

/** What a search makes of another that it runs. */
export interface Within {
  /** The step that the search asks in the place of the other's. */
  asked(step: SearchStep): SearchStep
  /** Told of each trial that was measured in `exact` on all samples. */
  measured(trial: Trial, losses: TrialLosses): void
}

/** Runs a search within another. */
export function* searchWithin(strategy: SearchStrategy, space: SearchSpace, { asked, measured }: Within): SearchPart<SearchResult> {
  const steps = strategy.search(space)
  let step = steps.next()
  while (step.done !== true) {
    const { trials, samples, precision } = step.value.ask
    const answers = yield asked(step.value)
    const isWhole = samples === undefined && precision !== 'fast'
    for (const [i, losses] of isWhole ? answers.entries() : []) measured(trials[i]!, losses)
    step = steps.next(answers)
  }
  return step.value
}
