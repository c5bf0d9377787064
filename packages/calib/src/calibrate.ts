import type { Diagnostic, Executor, Graph, ObservedRange, ObserverFactory, OnProgress, SampleSource } from '@q/ir'
import { fingerprintOf, QError } from '@q/ir'
import { createKernels } from './kernels/kernels.ts'
import type { CalibratedValue } from './layers.ts'
import { calibratedValues } from './layers.ts'
import type { CheckpointStore } from './observe/checkpoint.ts'
import { decodeCheckpoint, encodeCheckpoint } from './observe/checkpoint.ts'
import { guarded } from './observe/guarded.ts'
import { observeSamples } from './observe/observe-samples.ts'
import type { ObserverPool, PoolStart } from './observe/observer-pool.ts'
import { localPool } from './observe/observer-pool.ts'
import { workerPool } from './observe/worker-pool.ts'
import type { MethodName } from './observers/method.ts'
import { methodOf } from './observers/method.ts'
import { printedNumber } from './printed-number.ts'
import type { CandidateOptions } from './tuning/candidates.ts'
import { tuneThresholds } from './tuning/tune-thresholds.ts'

/** Whether and how thresholds are tuned after the statistics. */
export interface TuneOptions extends CandidateOptions {
  /** Samples to tune on, the first ones. 0 leaves the thresholds as they are. @default 5 */
  readonly count?: number
  /** Where they come from. @default the calibration samples */
  readonly samples?: SampleSource
  /** Runs the nodes that are tuned; no other thread works then, so it may have them all. @default the executor of the calibration */
  readonly executor?: Executor
}

/** What is calibrated, on what, and how. */
export interface CalibrateOptions {
  /** The float graph. */
  readonly graph: Graph
  readonly executor: Executor
  readonly samples: SampleSource
  /** A method of this package by name, or one of the caller's; the latter runs on the calling thread. @default 'kl' */
  readonly method?: MethodName | ObserverFactory
  /** Bins of the first sample's histogram. @default 2048 */
  readonly bins?: number
  /** @default 5 samples for `kl` and for a method of the caller's, none for `max`, whose thresholds have no room */
  readonly tune?: TuneOptions
  /**
   * Layers whose range is to be symmetric: min becomes 0 where it is not negative, else `-threshold * 128 / 127`, max the threshold.
   * @default none
   */
  readonly symmetric?: Iterable<string>
  /** Threads for the statistics beside the calling one; the result does not depend on it. @default 1 */
  readonly workers?: number
  /**
   * Where the pass over the samples is kept about once a second, and the words that tell this calibration from others (the samples,
   * for one). A pass that was cut off goes on from there, with the same result. @default an interrupted calibration starts again
   */
  readonly checkpoint?: { readonly store: CheckpointStore; readonly key: string }
  readonly signal?: AbortSignal
  /** Told of the stages `observe` (samples) and `tune` (nodes). */
  readonly onProgress?: OnProgress
}

/** The rows of a calibration table and how they came about. */
export interface Calibration {
  /** Ranges by value name, in table order; thresholds are tuned where they were to be. */
  readonly entries: ReadonlyMap<string, ObservedRange>
  /** The same before tuning. */
  readonly untuned: ReadonlyMap<string, ObservedRange>
  /** Name of the method. */
  readonly method: string
  readonly bins: number
  /** Samples observed, and samples tuned on. */
  readonly sampleCount: number
  readonly tuneCount: number
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Finds the range of every activation of a float graph: one streaming pass over the samples, then the tuning of thresholds.
 *
 * Memory does not grow with the number of samples: two samples' activations at most, the histograms, and while tuning the live
 * activations of the tuned samples.
 *
 * @throws QError `CALIBRATION_NO_SAMPLES`, `CALIBRATION_METHOD`, `CALIBRATION_BINS`, `CALIBRATION_COUNT`, `ACTIVATION_NOT_FINITE`,
 *   `INTERRUPTED`; what the executor and the samples throw
 */
export async function calibrate(options: CalibrateOptions): Promise<Calibration> {
  const { graph, executor, samples, method = 'kl', bins = 2048, tune = {}, workers = 1, signal, onProgress } = options
  const factory = typeof method === 'string' ? methodOf({ name: method, bins }) : method
  const tuneCount = checkedCount('samples to tune on', tune.count ?? (factory.name === 'max' ? 0 : 5))
  checkedCount('worker threads', workers)
  if (samples.count < 1) {
    throw new QError('CALIBRATION_NO_SAMPLES', 'there is nothing to calibrate with', {
      found: `${samples.count} samples`,
      wanted: 'at least one sample',
      hint: 'give samples like those the network will meet in use',
    })
  }

  const values = calibratedValues(graph)
  const { checkpoint } = options
  const key = checkpoint === undefined ? '' : [checkpoint.key, fingerprintOf(graph), factory.name, bins, samples.count].join(' ')
  const start = await reached(checkpoint?.store, key, values.length)
  const pool = await poolOf(values, start)
  const observed = observeSamples({
    graph,
    executor,
    samples,
    values,
    pool,
    signal,
    onProgress,
    seen: start?.samples ?? 0,
    onCheckpoint: checkpoint === undefined ? undefined : (now) => checkpoint.store.write(encodeCheckpoint(key, now)),
  })
  const { ranges, diagnostics } = await observed.finally(() => pool.close())
  const untuned = new Map(values.map(({ name }, index) => [name, ranges[index]!] as const))
  const tuneSamples = tune.samples ?? samples
  const symmetric = new Set(options.symmetric)
  const result = { method: factory.name, bins, sampleCount: samples.count, untuned: symmetricRows(untuned, symmetric), diagnostics }
  if (tuneCount === 0 || tuneSamples.count === 0) return { ...result, entries: result.untuned, tuneCount: 0 }

  const thresholds = await tuneThresholds({
    ...tune,
    graph,
    executor: tune.executor ?? executor,
    samples: tuneSamples,
    count: tuneCount,
    kernels: createKernels(),
    signal,
    onProgress,
    // The tuner of TPU-MLIR starts from the table it has just printed.
    values: new Map(
      [...untuned].map(([name, { threshold, min, max }]) => [
        name,
        { threshold: printedNumber(threshold), magnitude: Math.max(Math.abs(min), Math.abs(max)) },
      ]),
    ),
  })
  const entries = new Map([...untuned].map(([name, range]) => [name, { ...range, threshold: thresholds.get(name)! }]))
  return { ...result, entries: symmetricRows(entries, symmetric), tuneCount: Math.min(tuneCount, tuneSamples.count) }

  async function poolOf(calibrated: readonly CalibratedValue[], from: PoolStart | undefined): Promise<ObserverPool> {
    const watched = calibrated.map((value) => ({ ...value, samples: samples.count }))
    if (typeof method !== 'string') return localPool(guarded(method, createKernels()), watched, from)
    const threaded = workers === 0 ? undefined : await workerPool({ name: method, bins }, watched, workers, from)
    return threaded ?? localPool(factory, watched, from)
  }
}

/** Where an earlier, interrupted pass of the same calibration stopped. */
async function reached(store: CheckpointStore | undefined, key: string, count: number): Promise<PoolStart | undefined> {
  const bytes = await store?.read()
  const start = bytes === undefined ? undefined : decodeCheckpoint(key, bytes)
  return start?.states.length === count ? start : undefined
}

function symmetricRows(rows: ReadonlyMap<string, ObservedRange>, names: ReadonlySet<string>): ReadonlyMap<string, ObservedRange> {
  return new Map(
    [...rows].map(([name, row]) => {
      const { threshold, min } = row
      return [name, names.has(name) ? { threshold, min: min >= 0 ? 0 : (-threshold * 128) / 127, max: threshold } : row]
    }),
  )
}

function checkedCount(what: string, count: number): number {
  if (Number.isInteger(count) && count >= 0) return count
  throw new QError('CALIBRATION_COUNT', `this number of ${what} cannot be used`, {
    kind: 'usage',
    found: String(count),
    wanted: 'a whole number, 0 or more',
    hint: 'correct this number, or leave it out for its default',
  })
}
