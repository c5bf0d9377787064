import type { Resolver } from '@q/ir'

/** What an evaluator did so far. */
export interface EvaluationCounts {
  /** Nodes of trials that were run, once for each sample. */
  readonly nodeExecutions: number
  /** Nodes of the reference that were run, once for each sample. */
  readonly referenceExecutions: number
  /** Nodes of the graphs of all trials and samples that were asked for: what running each graph whole would have taken. */
  readonly wholeExecutions: number
  readonly sessionsLoaded: number
  readonly sessionsReused: number
  /** Tensors put on the shelves, and taken from there for want of room. */
  readonly tensorsKept: number
  readonly tensorsEvicted: number
  /** What is on the shelves now, and at most was. */
  readonly tensorBytes: number
  readonly mostTensorBytes: number
  /** What open sections may be expected to take now, and at most were. */
  readonly sectionBytes: number
  readonly mostSectionBytes: number
  /** Losses that were known: from the same evaluator, and from the journal. */
  readonly known: number
  readonly journalHits: number
  readonly measured: number
  /** What the resolver computed: see `Resolver.work`. */
  readonly resolver: ReturnType<Resolver['work']>
}

/** The counters that change while work is done. */
export type Tally = { -readonly [Name in Exclude<keyof EvaluationCounts, 'resolver'>]: number }

/** Nothing done yet. */
export function createTally(): Tally {
  return {
    nodeExecutions: 0,
    referenceExecutions: 0,
    wholeExecutions: 0,
    sessionsLoaded: 0,
    sessionsReused: 0,
    tensorsKept: 0,
    tensorsEvicted: 0,
    tensorBytes: 0,
    mostTensorBytes: 0,
    sectionBytes: 0,
    mostSectionBytes: 0,
    known: 0,
    journalHits: 0,
    measured: 0,
  }
}
