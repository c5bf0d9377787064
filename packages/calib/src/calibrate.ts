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
import type { Watch } from './observe/watch.ts'
import { withFactories } from './observe/watch.ts'
import { workerPool } from './observe/worker-pool.ts'
import type { MethodName } from './observers/method.ts'
import { isTunedMethod, methodOf } from './observers/method.ts'
import type { AnyMethod } from './plan-tables.ts'
import { planTables } from './plan-tables.ts'
import { printedNumber } from './printed-number.ts'
import type { CandidateOptions } from './tuning/candidates.ts'
import type { TunedValue } from './tuning/plan-searches.ts'
import { tuneTables } from './tuning/tune-thresholds.ts'
import type { TuneElsewhere } from './tuning/tune-together.ts'
import { tuneTogether } from './tuning/tune-together.ts'

/** Whether and how thresholds are tuned after the statistics. */
export interface TuneOptions extends CandidateOptions {
  /** Samples to tune on, the first ones. 0 leaves the thresholds as they are. @default 5 */
  readonly count?: number
  /** Where they come from. @default the calibration samples */
  readonly samples?: SampleSource
  /** Runs the nodes that are tuned; no other thread works then, so it may have them all. @default the executor of the calibration */
  readonly executor?: Executor
  /** Another thread that does a part of the searches; the result does not depend on it. @default all are done on the calling thread */
  readonly elsewhere?: TuneElsewhere
}

/** What is calibrated and on what. */
export interface CalibrationTask {
  /** The float graph. */
  readonly graph: Graph
  readonly executor: Executor
  readonly samples: SampleSource
  /** Bins of the first sample's histogram. @default 2048 */
  readonly bins?: number
  /** Thresholds of a method are tuned when `count` says so. @default 5 samples for `kl` and for a method of the caller's, else none */
  readonly tune?: TuneOptions
  /**
   * Layers whose range is to be symmetric: min becomes 0 where it is not negative, else `-threshold * 128 / 127`, max the threshold.
   * @default none
   */
  readonly symmetric?: Iterable<string>
  /** Whether the kurtosis of each value is taken too. @default false */
  readonly kurtosis?: boolean
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

/** What is calibrated, on what, and how. */
export interface CalibrateOptions extends CalibrationTask {
  /** A method of this package by name, or one of the caller's; the latter runs on the calling thread. @default 'kl' */
  readonly method?: MethodName | ObserverFactory
}

/** What is calibrated, on what, and in which ways. */
export interface CalibrateMethodsOptions extends CalibrationTask {
  /** As `method` of {@link CalibrateOptions}, any number of them. */
  readonly methods: readonly (MethodName | ObserverFactory)[]
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
  /** Mean over the samples of each value's kurtosis, where it was asked for: 3 of a normal distribution, more where there are outliers. */
  readonly kurtosis?: ReadonlyMap<string, number>
}

/**
 * Finds the range of every activation of a float graph: one streaming pass over the samples, then the tuning of thresholds.
 *
 * Memory does not grow with the number of samples: two samples' activations at most, the statistics, and while tuning the live
 * activations of the tuned samples. (The outermost elements that `percentile9999` keeps are a ten-thousandth of all there are.)
 *
 * @throws QError `CALIBRATION_NO_SAMPLES`, `CALIBRATION_METHOD`, `CALIBRATION_BINS`, `CALIBRATION_COUNT`, `ACTIVATION_NOT_FINITE`,
 *   `INTERRUPTED`; what the executor and the samples throw
 */
export async function calibrate({ method = 'kl', ...task }: CalibrateOptions): Promise<Calibration> {
  return (await calibrateMethods({ ...task, methods: [method] }))[0]!
}

/**
 * The same in several ways at once: the graph runs once on each sample, whatever the number of methods, and each gets the table it would
 * get alone.
 *
 * @returns one calibration for each method, in their order
 * @throws QError as {@link calibrate}
 */
export async function calibrateMethods({ methods, ...task }: CalibrateMethodsOptions): Promise<readonly Calibration[]> {
  const { graph, executor, samples, bins = 2048, tune = {}, workers = 1, signal, onProgress } = task
  const kernels = createKernels()
  const chosen = methods.map((method) => (typeof method === 'string' ? { name: method, bins } : guarded(method, kernels)))
  for (const method of chosen) factoryOf(method)
  if (tune.count !== undefined) checkedCount('samples to tune on', tune.count)
  checkedCount('worker threads', workers)
  if (samples.count < 1) {
    throw new QError('CALIBRATION_NO_SAMPLES', 'there is nothing to calibrate with', {
      found: `${samples.count} samples`,
      wanted: 'at least one sample',
      hint: 'give samples like those the network will meet in use',
    })
  }

  const values = calibratedValues(graph)
  const statistics: readonly AnyMethod[] = task.kurtosis === true ? [{ name: 'kurtosis', bins }] : []
  const plan = planTables(graph, values, [...chosen, ...statistics])
  const { checkpoint } = task
  const names = [...chosen, ...statistics].map(({ name }) => name)
  const key = checkpoint === undefined ? '' : [checkpoint.key, fingerprintOf(graph), ...names, bins, samples.count].join(' ')
  const start = await reached(checkpoint?.store, key, plan.watches.length)
  const pool = await poolOf(start)
  const observed = observeSamples({
    graph,
    executor,
    samples,
    values,
    anyOrder: valuesInAnyOrder(values, plan.watches, factoryOf),
    pool,
    signal,
    onProgress,
    seen: start?.samples ?? 0,
    onCheckpoint: checkpoint === undefined ? undefined : (now) => checkpoint.store.write(encodeCheckpoint(key, now)),
  })
  const tables = plan.tables(await observed.finally(() => pool.close()))
  const tuneSamples = tune.samples ?? samples
  const isEmpty = new Set(values.filter(({ elements }) => elements === 0).map(({ name }) => name))
  const untuned = chosen.map(({ name }, m) => {
    const { ranges, diagnostics } = tables[m]!
    const rows = new Map(values.map((value, index) => [value.name, ranges[index]!] as const))
    const told = diagnostics.filter(({ at: [layer] }) => layer === undefined || !isEmpty.has(layer))
    return { method: name, rows, diagnostics: told, tuneCount: Math.min(tune.count ?? (isTunedMethod(name) ? 5 : 0), tuneSamples.count) }
  })
  const tuned = await tunedRows()
  const kurtosis =
    statistics.length === 0 ? undefined : new Map(values.map(({ name }, i) => [name, tables[chosen.length]!.ranges[i]!.threshold]))
  const symmetric = new Set(task.symmetric)
  return untuned.map(({ method, rows, diagnostics, tuneCount }, m) => ({
    method,
    bins,
    sampleCount: samples.count,
    tuneCount,
    untuned: symmetricRows(rows, symmetric),
    entries: symmetricRows(tuned.get(m) ?? rows, symmetric),
    diagnostics,
    ...(kurtosis === undefined ? {} : { kurtosis }),
  }))

  function factoryOf(method: AnyMethod): ObserverFactory {
    return 'create' in method ? method : methodOf(method, kernels)
  }

  async function poolOf(from: PoolStart | undefined): Promise<ObserverPool> {
    const watched = values.map((value) => ({ ...value, elements: Math.max(1, value.elements), samples: samples.count }))
    const named = plan.watches.flatMap(({ value, method }) => ('create' in method ? [] : [{ value, method }]))
    const isPlainData = named.length === plan.watches.length
    const threaded = workers > 0 && isPlainData ? await workerPool({ values: watched, watches: named }, workers, from) : undefined
    return threaded ?? localPool(withFactories({ values: watched, watches: plan.watches }, factoryOf), kernels, from)
  }

  /** The rows of each table that is tuned, by its place; tables that are tuned on as many samples in one walk. */
  async function tunedRows(): Promise<ReadonlyMap<number, ReadonlyMap<string, ObservedRange>>> {
    const rows = new Map<number, ReadonlyMap<string, ObservedRange>>()
    for (const count of new Set(untuned.map(({ tuneCount }) => tuneCount))) {
      const places = count === 0 ? [] : untuned.flatMap(({ tuneCount }, m) => (tuneCount === count ? [m] : []))
      if (places.length === 0) continue
      const tuning = {
        ...tune,
        graph,
        executor: tune.executor ?? executor,
        samples: tuneSamples,
        count,
        kernels,
        signal,
        onProgress,
        tables: places.map((m) => printedThresholds(untuned[m]!.rows)),
      }
      const thresholds = await (tune.elsewhere === undefined ? tuneTables(tuning) : tuneTogether(tuning, tune.elsewhere))
      places.forEach((m, table) => {
        rows.set(m, new Map([...untuned[m]!.rows].map(([name, range]) => [name, { ...range, threshold: thresholds[table]!.get(name)! }])))
      })
    }
    return rows
  }
}

/** What tuning starts from: TPU-MLIR's starts from the table it has just printed. */
function printedThresholds(rows: ReadonlyMap<string, ObservedRange>): ReadonlyMap<string, TunedValue> {
  return new Map(
    [...rows].map(([name, { threshold, min, max }]) => [
      name,
      { threshold: printedNumber(threshold), magnitude: Math.max(Math.abs(min), Math.abs(max)) },
    ]),
  )
}

/** Names of the values that nobody watches for the order of their elements. */
function valuesInAnyOrder(
  values: readonly CalibratedValue[],
  watches: readonly Watch<AnyMethod>[],
  factoryOf: (method: AnyMethod) => ObserverFactory,
): ReadonlySet<string> {
  const ordered = new Set(watches.flatMap(({ value, method }) => (factoryOf(method).anyOrder === true ? [] : [value])))
  return new Set(values.flatMap(({ name }, value) => (ordered.has(value) ? [] : [name])))
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
