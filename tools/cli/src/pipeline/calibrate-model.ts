import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import type { Calibration, MethodName } from '@q/calib'
import { calibratedValues, calibrateMethods, isTunedMethod } from '@q/calib'
import { createSampleSource, selectSamples } from '@q/data'
import type { CalibrationTable, Graph, SampleSource } from '@q/ir'
import { fingerprintOf, formatCalibrationTable } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { checkedRowName, checkHeader, createCalibrationTable, tableFingerprintOf } from '@q/ir/tables'
import type { Context } from '../context.ts'
import { timestampOf } from '../context.ts'
import type { CalibrationThread, ListedSamples } from '../threads/calibration-thread.ts'
import { startCalibrationThread } from '../threads/calibration-thread.ts'
import { version } from '../version.ts'
import { floatExecutor } from '../wiring/executors.ts'
import { calibrationCheckpoint, samplesKey } from './calibration-checkpoint.ts'
import { symmetricLayers } from './symmetric-layers.ts'

/** Samples of a calibration, and how the statistics are taken. */
export interface CalibrationSetting {
  readonly dataset?: string
  readonly dataList?: string
  /** Samples to use; 0 for all. */
  readonly inputNum: number
  readonly bins: number
  readonly tuneNum: number
  readonly tuneList?: string
  /** Whether the kurtosis of each value is taken too. @default false */
  readonly kurtosis?: boolean
}

export interface CalibrationChoice extends CalibrationSetting {
  readonly method: MethodName
}

/** A calibration and the table it makes. */
export interface CalibratedModel {
  readonly calibration: Calibration
  readonly table: CalibrationTable
  readonly text: string
  readonly samples: SampleSource
  /** Says that the table is written, so that nothing needs to be kept for an interrupted run any more. */
  finished(): Promise<void>
}

/** The files of a calibration. */
export interface CalibrationFiles {
  /** The name the table gives to the model. */
  readonly mlir: string
  /** The table itself; an interrupted run is kept beside it. @default nothing is kept */
  readonly table?: string
}

/** Calibrations by several methods that were found in one pass. */
export interface ObservedModel {
  /** In the order of the methods. */
  readonly calibrations: readonly Calibration[]
  readonly samples: SampleSource
  /** Layers whose rows are symmetric. */
  readonly symmetric: readonly string[]
  finished(): Promise<void>
}

/** Where whole calibrations are kept while a search over them is not done. */
export interface KeptCalibrations {
  /** Those that were kept under the same key. */
  read(key: string): readonly Calibration[] | undefined
  write(key: string, calibrations: readonly Calibration[]): void
}

/** How a model is calibrated by several methods at once. */
export interface MethodsChoice extends CalibrationSetting {
  /** Each is tuned on `tuneNum` samples. */
  readonly methods: readonly MethodName[]
}

/** Elements of the activations of all samples, the tuned ones twice, from which on another thread saves more than its start takes. */
const manyActivations = 20_000_000

/** A thread for the samples and a part of the tuning, where that is long and there is a core for it; it tunes on half of the cores. */
function calibrationThread(graph: Graph, samples: ListedSamples, runs: number): CalibrationThread | undefined {
  const activations = runs * calibratedValues(graph).reduce((sum, { elements }) => sum + elements, 0)
  if (activations < manyActivations || availableParallelism() === 1) return undefined
  return startCalibrationThread(graph, samples, Math.ceil(availableParallelism() / 2))
}

/** The samples, loaded by the thread as long as it can; what it cannot load is loaded here, or is an error here. */
function loadedBy({ load }: CalibrationThread, samples: SampleSource): SampleSource {
  return { ...samples, load: async (index) => (await load(index)) ?? samples.load(index) }
}

/** Calibrates a float graph on chosen samples, going on where an interrupted run of the same calibration stopped. */
export async function calibrateModel(
  graph: Graph,
  files: CalibrationFiles,
  { method, ...setting }: CalibrationChoice,
  context: Context,
): Promise<CalibratedModel> {
  const isTuned = isTunedMethod(method) && setting.tuneNum > 0
  const observed = await observeModel(graph, files, { ...setting, tuneNum: isTuned ? setting.tuneNum : 0, methods: [method] }, context)
  const calibration = observed.calibrations[0]!
  // A tuned table names its method as a list, an untuned one bare; readers of both exist.
  const table = tableOf(observed, calibration, calibration.entries, {
    graph,
    mlir: files.mlir,
    method: isTuned ? `['${method}']` : method,
    tuneNum: setting.tuneNum,
    context,
  })
  return { calibration, table, text: formatCalibrationTable(table), samples: observed.samples, finished: observed.finished }
}

/** Calibrates a float graph by several methods in one pass over the samples; `kept` spares it when it was done before. */
export async function observeModel(
  graph: Graph,
  files: CalibrationFiles,
  choice: MethodsChoice,
  context: Context,
  kept?: KeptCalibrations,
): Promise<ObservedModel> {
  checkHeader(basename(files.mlir))
  for (const { name } of calibratedValues(graph)) checkedRowName(name)
  const inputs = sampleInputs(graph)
  const chosen = await selectSamples(choice)
  const samples = await createSampleSource(chosen.entries, inputs, { mostBytes: context.files.mostBytes })
  const tuneEntries =
    choice.tuneList === undefined || choice.tuneNum === 0 ? undefined : (await selectSamples({ dataList: choice.tuneList })).entries
  const symmetric = symmetricLayers(graph)
  const sampleKey = await samplesKey(chosen.entries, JSON.stringify(graph.inputs))
  const checkpoint = files.table === undefined ? undefined : await calibrationCheckpoint(files.table, sampleKey, context.reporter)
  const finished = async () => checkpoint?.store.clear()
  const key = JSON.stringify([
    sampleKey,
    fingerprintOf(graph),
    choice.methods,
    choice.bins,
    choice.tuneNum,
    tuneEntries === undefined ? null : await samplesKey(tuneEntries, ''),
    version,
  ])
  const known = kept?.read(key)
  if (known !== undefined) {
    context.reporter.note('note: thresholds are those that an interrupted run has found')
    return { calibrations: known, samples, symmetric, finished }
  }
  const tuneSamples =
    tuneEntries === undefined ? samples : await createSampleSource(tuneEntries, inputs, { mostBytes: context.files.mostBytes })
  const tuned = Math.min(choice.tuneNum, tuneSamples.count)
  const thread = calibrationThread(graph, { entries: chosen.entries, inputs, mostBytes: context.files.mostBytes }, samples.count + tuned)
  const source = thread === undefined ? samples : loadedBy(thread, samples)
  const stop = () => thread?.close()
  context.signal.addEventListener('abort', stop)
  const calibrations = await calibrateMethods({
    graph,
    symmetric,
    // One thread for the network: the workers that watch its activations have the other cores. For a single sample they would hardly have started.
    executor: floatExecutor(1),
    samples: source,
    methods: choice.methods,
    bins: choice.bins,
    ...(choice.kurtosis === undefined ? {} : { kurtosis: choice.kurtosis }),
    tune: {
      count: choice.tuneNum,
      samples: tuneSamples === samples ? source : tuneSamples,
      executor: floatExecutor(thread === undefined ? undefined : Math.ceil(availableParallelism() / 2)),
      ...(thread === undefined ? {} : { elsewhere: thread.tune }),
    },
    workers: samples.count === 1 ? 0 : Math.max(1, availableParallelism() - 1),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    signal: context.signal,
    onProgress: context.reporter.progress,
  }).finally(() => {
    context.signal.removeEventListener('abort', stop)
    return stop()
  })
  // Several methods warn of the same layers.
  const diagnostics = new Map(calibrations.flatMap((each) => each.diagnostics).map((each) => [JSON.stringify(each), each]))
  for (const diagnostic of diagnostics.values()) context.reporter.diagnostic(diagnostic)
  kept?.write(key, calibrations)
  return { calibrations, samples, symmetric, finished }
}

/** What a table says beside its rows. */
export interface TableHeader {
  readonly graph: Graph
  readonly mlir: string
  /** As the header names it. */
  readonly method: string
  readonly tuneNum: number
  /** The search that the table is made for alone. */
  readonly madeFor?: string
  readonly context: Context
}

/** The table of rows that a calibration found. */
export function tableOf(
  { symmetric }: Pick<ObservedModel, 'symmetric'>,
  { bins, sampleCount }: Calibration,
  entries: Calibration['entries'],
  { graph, mlir, method, tuneNum, madeFor, context }: TableHeader,
): CalibrationTable {
  return createCalibrationTable({
    version: `q-${version}`,
    mlirFile: basename(mlir),
    generatedTime: timestampOf(context),
    method,
    histogramBins: bins,
    samples: sampleCount,
    // As it was asked for, also by a method that tunes nothing: the original tool writes it so.
    tune: tuneNum,
    entries,
    ...(symmetric.length === 0 ? {} : { symmetricOps: symmetric }),
    fingerprint: tableFingerprintOf(graph),
    ...(madeFor === undefined ? {} : { madeFor }),
  })
}
