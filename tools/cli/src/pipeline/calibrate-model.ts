import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import type { Calibration, MethodName } from '@q/calib'
import { calibrate, isTunedMethod } from '@q/calib'
import { createSampleSource, selectSamples } from '@q/data'
import type { CalibrationTable, Graph, SampleSource } from '@q/ir'
import { createCalibrationTable, fingerprintOf, formatCalibrationTable } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import type { Context } from '../context.ts'
import { timestampOf } from '../context.ts'
import { version } from '../version.ts'
import { floatExecutor } from '../wiring/executors.ts'
import { calibrationCheckpoint } from './calibration-checkpoint.ts'
import { symmetricLayers } from './symmetric-layers.ts'

export interface CalibrationChoice {
  readonly dataset?: string
  readonly dataList?: string
  /** Samples to use; 0 for all. */
  readonly inputNum: number
  readonly method: MethodName
  readonly bins: number
  readonly tuneNum: number
  readonly tuneList?: string
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
  /** The table itself; an interrupted run is kept beside it. */
  readonly table: string
}

/** Calibrates a float graph on chosen samples, going on where an interrupted run of the same calibration stopped. */
export async function calibrateModel(
  graph: Graph,
  files: CalibrationFiles,
  choice: CalibrationChoice,
  context: Context,
): Promise<CalibratedModel> {
  const inputs = sampleInputs(graph)
  const chosen = await selectSamples({
    inputNum: choice.inputNum,
    ...(choice.dataset === undefined ? {} : { dataset: choice.dataset }),
    ...(choice.dataList === undefined ? {} : { dataList: choice.dataList }),
  })
  const samples = await createSampleSource(chosen.entries, inputs)
  const tuned = isTunedMethod(choice.method) ? choice.tuneNum : 0
  const tuneSamples =
    choice.tuneList === undefined || tuned === 0
      ? undefined
      : await createSampleSource((await selectSamples({ dataList: choice.tuneList })).entries, inputs)
  const symmetric = symmetricLayers(graph)
  const checkpoint = await calibrationCheckpoint(files.table, chosen.entries, JSON.stringify(graph.inputs))
  const calibration = await calibrate({
    graph,
    symmetric,
    // One thread for the network: the workers that watch its activations have the other cores.
    executor: floatExecutor(1),
    samples,
    method: choice.method,
    bins: choice.bins,
    tune: { count: tuned, executor: floatExecutor(), ...(tuneSamples === undefined ? {} : { samples: tuneSamples }) },
    workers: Math.max(1, availableParallelism() - 1),
    checkpoint,
    signal: context.signal,
    onProgress: context.reporter.progress,
  })
  for (const diagnostic of calibration.diagnostics) context.reporter.diagnostic(diagnostic)
  const table = createCalibrationTable({
    version: `q-${version}`,
    mlirFile: basename(files.mlir),
    generatedTime: timestampOf(context),
    // A tuned table names its method as a list, an untuned one bare; readers of both exist.
    method: tuned > 0 ? `['${calibration.method}']` : calibration.method,
    histogramBins: calibration.bins,
    samples: calibration.sampleCount,
    // As it was asked for, also by a method that tunes nothing: the original tool writes it so.
    tune: choice.tuneNum,
    entries: calibration.entries,
    ...(symmetric.length === 0 ? {} : { symmetricOps: symmetric }),
    fingerprint: fingerprintOf(graph),
  })
  return { calibration, table, text: formatCalibrationTable(table), samples, finished: () => checkpoint.store.clear() }
}
