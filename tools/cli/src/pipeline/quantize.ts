import { basename } from 'node:path'
import type { PreprocessOptions } from '@q/data'
import { createSampleSource, selectSamples } from '@q/data'
import type { Graph, QuantMode, SampleSource } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import type { Chip } from '../chips/choose-chip.ts'
import { chooseChip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { checkWritable, writeFiles } from '../files/write-files.ts'
import { exactExecutor, floatExecutor } from '../wiring/executors.ts'
import type { Agreement } from './agreement.ts'
import { measureAgreement } from './agreement.ts'
import type { CalibrationChoice } from './calibrate-model.ts'
import { calibrateModel } from './calibrate-model.ts'
import type { Deployed } from './deploy.ts'
import { deploy } from './deploy.ts'
import { readPlan } from './read-tables.ts'
import { sampleChoice } from './sample-choice.ts'
import { transform } from './transform.ts'

export interface QuantizeOptions {
  readonly model: string
  /** Name of a chip or module, as `--chip` takes it, or the chip itself. */
  readonly chip: string | Chip
  readonly mode: QuantMode
  readonly calibration: CalibrationChoice
  readonly preprocess: PreprocessOptions
  readonly inputShapes?: readonly (readonly number[])[]
  readonly quantizeTable?: string
  /** Samples on which float and quantized model are compared. */
  readonly compareNum: number
  /** Folder, or list, these come from. @default the calibration samples */
  readonly compareData?: string
  /** Name of the model. @default from the file */
  readonly name?: string
  readonly vendor?: string
}

/** What one shot of the main job made. */
export interface Quantized {
  readonly files: readonly string[]
  readonly deployed: Deployed
  readonly agreement?: Agreement
  readonly seconds: number
}

/**
 * The main job in one go: a float ONNX model and samples in; Top file, calibration table, lowered file and container
 * out, in the working directory, and the agreement of the float and the quantized model on the first samples.
 */
export async function quantize(options: QuantizeOptions, context: Context): Promise<Quantized> {
  const started = performance.now()
  const name = options.name ?? basename(options.model, '.onnx')
  const { reporter } = context
  const chip = typeof options.chip === 'string' ? await chooseChip(options.chip) : options.chip
  await checkWritable(`${name}.mlir`)
  const { graph, files: modelFiles } = await transform(
    {
      modelName: name,
      modelDef: options.model,
      mlir: `${name}.mlir`,
      preprocess: options.preprocess,
      tolerance: [0.99, 0.99],
      excepts: [],
      ...(options.inputShapes === undefined ? {} : { inputShapes: options.inputShapes }),
    },
    context,
  )
  const plan = options.quantizeTable === undefined ? undefined : await readPlan(options.quantizeTable, graph, chip.backend.target, reporter)
  const tableFile = `${name}_cali_table`
  const files = { mlir: `${name}.mlir`, table: tableFile }
  const { table, text, samples, finished } = await calibrateModel(graph, files, options.calibration, context)
  await writeFiles(new Map([[tableFile, text]]), (path) => reporter.note(`note: ${path} replaced`))
  await finished()
  const deployed = await deploy(
    {
      graph,
      chip,
      mode: options.mode,
      table,
      ...(plan === undefined ? {} : { plan }),
      taken: [options.model, ...modelFiles, tableFile, ...[options.quantizeTable, chip.file].filter((each) => each !== undefined)],
      asymmetric: false,
      highPrecision: false,
      compareAll: false,
      excepts: [],
      notGenBmodel: false,
      ...(options.vendor === undefined ? {} : { vendor: options.vendor }),
    },
    context,
  )
  const compared =
    options.compareData === undefined
      ? samples
      : await createSampleSource((await selectSamples(await sampleChoice(options.compareData))).entries, sampleInputs(graph))
  const agreement = await agreementOn(compared, options.compareNum, graph, deployed.resolved.graph, context)
  return {
    files: [...modelFiles, tableFile, ...deployed.files],
    deployed,
    ...(agreement === undefined ? {} : { agreement }),
    seconds: (performance.now() - started) / 1000,
  }
}

async function agreementOn(
  samples: SampleSource,
  most: number,
  float: Graph,
  quantized: Graph,
  context: Context,
): Promise<Agreement | undefined> {
  const count = Math.min(most, samples.count)
  if (count === 0) return undefined
  return measureAgreement({
    float: { graph: float, executor: floatExecutor() },
    quantized: { graph: quantized, executor: exactExecutor() },
    samples,
    count,
    signal: context.signal,
    onProgress: context.reporter.progress,
  })
}
