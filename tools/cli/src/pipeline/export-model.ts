import type { Graph, QuantMode } from '@q/ir'
import { QError, resolve } from '@q/ir'
import { exportOnnx, onnxOutputNames } from '@q/onnx'
import type { Context } from '../context.ts'
import { readBytes } from '../files/read-file.ts'
import { checkWritable, writeFiles } from '../files/write-files.ts'
import { backendOf } from '../wiring/backends.ts'
import { readModel } from '../wiring/read-model.ts'
import { readCalibrationTable, readPlan } from './read-tables.ts'

/** How a float model is quantized before it is written. */
export interface ExportQuantization {
  readonly chip: string
  readonly mode: QuantMode
  readonly asymmetric: boolean
  readonly highPrecision: boolean
  readonly calibrationTable?: string
  readonly quantizeTable?: string
}

export interface ExportModelOptions {
  /** Any model file this program reads. */
  readonly model: string
  /** The ONNX file to write. */
  readonly output: string
  readonly weights?: string
  readonly inputShapes?: readonly (readonly number[])[]
  /** @default the model is written as it is */
  readonly quantize?: ExportQuantization
}

/** A model file as standard ONNX: inputs and outputs have the names they have in the file. */
export async function exportModel(options: ExportModelOptions, context: Context): Promise<void> {
  const { model, output, weights, inputShapes, quantize } = options
  const { reporter } = context
  await checkWritable(output)
  const graph = await readModel(model, {
    ...(weights === undefined ? {} : { weights }),
    ...(inputShapes === undefined ? {} : { inputShapes }),
  })
  const written = quantize === undefined ? graph : await quantized(graph, quantize, options, context)
  const outputNames = model.endsWith('.onnx') ? onnxOutputNames(await readBytes(model), model) : graph.outputs
  const bytes = exportOnnx(written, { outputNames })
  await writeFiles(new Map([[output, bytes]]), (path) => reporter.note(`note: ${path} replaced`))
  reporter.print(
    `${output}: ${written.properties['stage'] === 'quantized' ? 'quantized' : 'float'} model, ${bytes.length} bytes, inputs ${names(written)}`,
  )
  reporter.event('exported', { model, output, bytes: bytes.length, outputs: outputNames })
}

const names = ({ inputs }: Graph): string => inputs.map(({ name }) => name).join(', ')

async function quantized(
  graph: Graph,
  { chip, mode, asymmetric, highPrecision, calibrationTable, quantizeTable }: ExportQuantization,
  { model }: ExportModelOptions,
  { reporter }: Context,
): Promise<Graph> {
  if (graph.properties['stage'] !== 'float') {
    throw new QError('MODEL_STAGE', `${model} is quantized already`, {
      at: [model],
      wanted: 'a float model, or no options of quantization',
      hint: 'leave --chip and the tables out to write it as it is',
      kind: 'usage',
    })
  }
  const backend = backendOf(chip)
  const table = calibrationTable === undefined ? undefined : await readCalibrationTable(calibrationTable, graph, reporter)
  const plan = quantizeTable === undefined ? undefined : await readPlan(quantizeTable, graph, reporter)
  if (table === undefined && [mode, ...(plan?.values() ?? [])].includes('INT8')) {
    throw new QError('TABLE_NEEDED', 'INT8 needs a calibration table', {
      at: [model],
      wanted: 'a threshold for every layer in INT8',
      hint: 'run run_calibration and give its table as --calibration_table',
      kind: 'usage',
    })
  }
  const resolved = resolve(graph, table?.entries, plan ?? new Map(), backend, { mode, asymmetric, highPrecision })
  for (const diagnostic of resolved.diagnostics) reporter.diagnostic(diagnostic)
  return resolved.graph
}
