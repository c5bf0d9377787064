import type { Question, SearchNote, SearchResult, Trial, TrialLosses } from '@q/ir'

/** Something that happened in a search. */
export type SearchEvent =
  /** What the strategy has to tell. */
  | { readonly kind: 'note'; readonly note: SearchNote }
  /** A question is asked: the count of its trials, how much of the search is done before it, and the layers that are open. */
  | { readonly kind: 'question'; readonly trials: number; readonly done: number; readonly open: readonly string[] }
  /** Within a question: trials measured on a sample, of all that have to be. */
  | { readonly kind: 'progress'; readonly measured: number; readonly total: number; readonly done: number }
  /** A trial was answered. */
  | { readonly kind: 'trial'; readonly trial: Trial; readonly question: Question; readonly losses: TrialLosses }

/** How a search ended. */
export interface SearchOutcome {
  /** What was found; where it ended early, the best until then. */
  readonly result: SearchResult
  readonly ended: 'finished' | 'budget' | 'interrupted'
  /** Layers that were not examined. */
  readonly open: readonly string[]
  readonly questions: number
  readonly trials: number
}
