import { type Question, type SearchResult, type SearchStep, samplesOf, type TrialLosses } from '@q/ir'
import { type SearchNotes, searchNotes } from './search-notes.ts'

/** Where a search stands: what every step says beside its question. */
export interface SearchCourse {
  readonly notes: SearchNotes
  /** What the search would return now. */
  best: SearchResult
  /** What it would return in its place, measured or not. @default the best */
  guess?: SearchResult | undefined
  /** Layers not examined yet. */
  open: readonly string[]
  /** How many trials there will be in all, as far as it is known, each counted once for each sample it is measured on where the number of samples was told. */
  expected: number
  step(ask: Question): SearchStep
}

/** The course of a search that begins. @param samples of a question that names none. @default every trial counts once, whatever it is measured on */
export function searchCourse(best: SearchResult, samples?: number): SearchCourse {
  let asked = 0
  let done = 0
  return {
    notes: searchNotes(),
    best,
    open: [],
    expected: 1,
    step(ask) {
      done = Math.max(done, Math.min(1, asked / Math.max(1, this.expected)))
      asked += ask.trials.length * (samples === undefined ? 1 : samplesOf(ask, samples).length)
      return { ask, best: this.guess ?? this.best, open: [...this.open], done, notes: this.notes.take() }
    },
  }
}

/** A generator that asks on behalf of a search and returns what it learned. */
export type SearchPart<Learned> = Generator<SearchStep, Learned, readonly TrialLosses[]>
