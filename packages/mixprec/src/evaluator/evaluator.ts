import type { Backend, Executor, Graph, Question, ResolveOptions, Resolver, SampleSource, Trial, TrialLosses } from '@q/ir'
import type { RangeTable } from '@q/ir/resolve'
import type { Comparison } from '../comparison/comparison.ts'
import type { Journal } from '../journal/journal.ts'
import type { SegmentLengths } from '../segments/assign-segments.ts'
import type { EvaluationWorker } from '../workers/worker-port.ts'
import type { EvaluationCounts } from './counts.ts'
import type { ResidentMemory } from './headroom.ts'

/** What {@link createEvaluator} is given. */
export interface EvaluatorOptions {
  /** The frozen float graph. */
  readonly graph: Graph
  /** The calibration table; absent for pure float modes. */
  readonly table?: RangeTable
  readonly backend: Backend
  readonly settings: ResolveOptions
  /** A resolver of just these. @default one of its own */
  readonly resolver?: Resolver
  /** What trials are compared with: the float graph itself, or a trial, such as all layers in the chip's own float type. @default 'graph' */
  readonly reference?: 'graph' | Trial
  readonly samples: SampleSource
  /** Without `fast`, ranking is done in `exact` too. */
  readonly executors: { readonly exact: Executor; readonly fast?: Executor }
  /** What tensors may take that are kept. @default 1 GiB */
  readonly budgetBytes?: number
  /** What the process may take in all, and takes now: where that is more, fewer tensors are kept, down to an eighth of their part of the budget. @default it is not looked at */
  readonly resident?: ResidentMemory
  /** @default the outputs of the graph */
  readonly compare?: Comparison
  /** @default nothing is written down */
  readonly journal?: Journal
  /** Tells these samples from others in the journal. @default a digest of all of them, each of which is loaded for it */
  readonly samplesDigest?: string
  /** Threads beside this one, which then only plans. @default everything runs on this thread */
  readonly workers?: { readonly count: number; start(): EvaluationWorker }
  /** Where the graph is cut. */
  readonly segments?: SegmentLengths
}

/** How a question is asked. */
export interface AskOptions {
  /** Looked at between tasks. */
  readonly signal?: Pick<AbortSignal, 'aborted'>
  /** Is told after every measured trial of a sample. */
  readonly onProgress?: (done: number, total: number) => void
}

/** Answers the questions of searches, and computes nothing twice. */
export interface Evaluator {
  /**
   * The losses of each trial, in order. A trial that cannot be resolved has infinite losses and says why.
   *
   * @throws QError `INTERRUPTED` when the signal was raised, `SAMPLES_UNKNOWN`, `SAMPLE_INPUT_MISSING`, `COMPARISON_SHAPE`, and those of the executors
   */
  ask(question: Question, options?: AskOptions): Promise<readonly TrialLosses[]>
  counts(): EvaluationCounts
  /** Ends the threads; frees sessions and tensors. */
  close(): Promise<void>
}
