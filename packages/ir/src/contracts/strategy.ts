import type { QError } from '../errors.ts'
import type { Graph } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { ObservedRange } from './observer.ts'
import type { Target } from './target.ts'

/** Layer name to quantization mode. */
export type Plan = ReadonlyMap<string, QuantMode>

/** What a search tries: modes of layers, and ranges in the place of the calibration table's. */
export interface Trial {
  /** Layers it does not name have the mode of the whole model. */
  readonly plan: Plan
  /** Rows by layer. @default the calibration table's */
  readonly ranges?: ReadonlyMap<string, ObservedRange>
}

/**
 * How far outputs are from those of the float model; smaller is better, 0 is equal.
 *
 * - `cosine`: `1 − (1 + cos) / 2` of each output, its mean over the outputs (weighted where the user gave weights);
 * - `noise`: `‖b − a‖² / (‖a‖² + 1e-7)` of the last output, as TPU-MLIR's `snr`;
 * - `sqnr`: `−10 · log10(‖a‖² / ‖b − a‖²)` of each output in decibels, its mean: negative where the signal is stronger than the noise;
 * - `worst-group`: the largest `‖b − a‖ / ‖a‖` of all groups, where a group is one place of an output's channel axis, so that
 *   large coordinates do not drown small scores.
 */
export type MetricName = 'cosine' | 'noise' | 'sqnr' | 'worst-group'

/** A run of samples: from `first` on, `count` of them. */
export interface SampleSpan {
  readonly first: number
  readonly count: number
}

/** What a search wants to know: all trials on all its samples. Answered with one {@link TrialLosses} a trial. */
export interface Question {
  /** Trials that do not depend on each other's losses belong in one question. */
  readonly trials: readonly Trial[]
  /**
   * A run of samples, or their numbers, each once, in the order in which losses are told. Samples that do not depend on each other's losses belong in one question too: they are measured side by side.
   * @default all samples
   */
  readonly samples?: SampleSpan | readonly number[]
  readonly metrics: readonly MetricName[]
  /**
   * Layers whose own results are compared with the float model's too; a layer the quantized graph has no value for is left out of the answer.
   * @default none
   */
  readonly layers?: readonly string[]
  /** Whether the outputs are compared; without them only what `layers` need is computed, and `losses` of the answer is empty. @default true */
  readonly outputs?: boolean
  /** `fast` may rank; what is reported or written is asked for in `exact`. @default 'exact' */
  readonly precision?: 'exact' | 'fast'
}

/** A loss by one metric. */
export interface Loss {
  /** Over all samples and outputs. */
  readonly mean: number
  /** Of each sample, in order. */
  readonly samples: readonly number[]
  /** Of each output, its mean over the samples; `groups` are those of its channel axis, for `worst-group` alone. */
  readonly outputs: readonly {
    readonly name: string
    readonly mean: number
    readonly groups?: readonly number[]
    /** Samples of which the float model's result is all zeros, or has numbers that are not finite: what is lost there says nothing. Absent where there is none. */
    readonly void?: number
  }[]
}

/** The answer for one trial. */
export interface TrialLosses {
  readonly losses: Readonly<Record<string, Loss>>
  /** By layer: its own mean loss by each metric that was asked for. */
  readonly layers: ReadonlyMap<string, Readonly<Record<string, number>>>
  /** Why the trial could not be resolved; its losses are infinite then. */
  readonly failure?: QError
}

/** A layer of the float graph, as a search looks at it. */
export interface SearchLayer {
  readonly name: string
  /** Its type in the words of the tables' vendor, such as `top.Conv`; the operator's own name where there is none. */
  readonly type: string
  /** The modes that a plan can give it. */
  readonly modes: readonly QuantMode[]
  /** Whether it is made of codes when no plan says otherwise, or of floats that are narrower than those a search keeps layers in: whether being kept in float changes it. */
  readonly hasCodes: boolean
  /** The multiplications and additions of its arithmetic, for one sample. */
  readonly operations: number
}

/** What a strategy may know. */
export interface SearchSpace {
  readonly graph: Graph
  readonly target: Target
  /** The layers of the graph, in its order. */
  readonly layers: readonly SearchLayer[]
  /** The mode of layers that a plan does not name. */
  readonly mode: QuantMode
  /** The mode of layers that a search keeps in float. */
  readonly floatMode: QuantMode
  /** Layers whose mode is decided already; every plan a strategy yields keeps them. */
  readonly pinned: Plan
  /** The calibration table: rows that a trial does not replace. */
  readonly table: ReadonlyMap<string, ObservedRange>
  /** Tables by threshold method, in the order in which they are tried; none when thresholds are not searched. */
  readonly methods: ReadonlyMap<string, ReadonlyMap<string, ObservedRange>>
  /** How many samples there are. */
  readonly samples: number
}

/** Something worth telling while a search goes on. */
export interface SearchNote {
  /** One line, as a log has it. */
  readonly text: string
  /** @default 'info' */
  readonly level?: 'info' | 'debug'
  /** Whether who writes it puts the seconds since the search began behind the text. @default false */
  readonly seconds?: boolean
}

/** A layer, or an input of the network, and what it costs to keep it in codes. */
export interface RankedLayer {
  readonly layer: string
  /** Infinite when its trial could not be resolved. */
  readonly loss: number
  /** The threshold method that served it best, where methods were tried. */
  readonly method?: string
}

/** How a search ended. */
export interface SearchResult {
  readonly trial: Trial
  /** The losses of the trial in `exact` over all samples; absent when it was not asked for so. */
  readonly losses?: TrialLosses
  /** Layers with what each costs, the worst first. */
  readonly ranking: readonly RankedLayer[]
  /** Whether the wanted quality was reached. @default none was wanted */
  readonly reached?: boolean
  /** The most layers in float that the search allowed itself, where more of them might have reached what was wanted. @default none stopped it */
  readonly limit?: number
  /** The threshold method of the whole table, where a search chooses one for all layers. @default rows come from `trial.ranges` */
  readonly method?: string
  /** Trials none of which is worse than another in both quality and arithmetic in float. @default the search looks for one trial */
  readonly front?: readonly { readonly trial: Trial; readonly losses: TrialLosses; readonly floatShare: number }[]
  readonly notes?: readonly SearchNote[]
}

/** One step of a search. */
export interface SearchStep {
  readonly ask: Question
  /** What the search would return if it had to end here. */
  readonly best: SearchResult
  /** Layers that were not examined yet. @default none */
  readonly open?: readonly string[]
  /** How much of the search is done, from 0 to 1, as far as it can be known. */
  readonly done?: number
  /** What there is to tell before the question. */
  readonly notes?: readonly SearchNote[]
}

/**
 * Looks for a good trial: yields questions, is told the losses of their trials in order, returns what it found. Owns no model, data,
 * clock or file: the same space and the same answers give the same steps.
 */
export interface SearchStrategy {
  readonly name: string
  search(space: SearchSpace): Generator<SearchStep, SearchResult, readonly TrialLosses[]>
}
