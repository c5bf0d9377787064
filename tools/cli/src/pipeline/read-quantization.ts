import type { Graph, QuantMode, Target } from '@q/ir'
import { QError } from '@q/ir'
import { modeOf, needsRanges, noteHighPrecision, usualMode } from '../chips/chip-modes.ts'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { readCalibrationTable, readPlan } from './read-tables.ts'
import type { Quantization } from './resolve-for-chip.ts'

/** How a user says that a float graph is quantized: names of modes and files. */
export interface QuantizationOptions {
  /** @default F32, or the float mode of a chip without it */
  readonly quantize?: string
  readonly calibration_table?: string
  readonly quantize_table?: string
  readonly asymmetric?: boolean
  readonly high_precision?: boolean
}

/**
 * How a graph is to be quantized for a chip: tables read and checked, modes that the chip has.
 *
 * @param model the model's file, for messages
 * @throws QError `MODEL_STAGE` when the graph is quantized already, `MODE_UNSUPPORTED`, `TABLE_NEEDED`, `OPTION_WITHOUT_EFFECT` for a calibration table that no layer reads where no mode was named, and those of the tables
 */
export async function quantizationOf(
  options: QuantizationOptions,
  { graph, model }: { readonly graph: Graph; readonly model: string },
  { backend: { target } }: Chip,
  context: Context,
): Promise<Quantization> {
  if (graph.properties['stage'] === 'quantized') {
    throw new QError('MODEL_STAGE', `${model} is quantized already`, {
      at: [model],
      found: 'a quantized model',
      wanted: 'a float model',
      hint: 'give the float model; this one is run by model_runner and shown by print, without options of quantization',
      kind: 'usage',
    })
  }
  noteHighPrecision(options.high_precision, target, context.reporter)
  const mode = modeOf(options.quantize ?? usualMode(target, 'floats'), target, ['--quantize'])
  const { calibration_table: tableFile, quantize_table: planSource } = options
  const table = tableFile === undefined ? undefined : await readCalibrationTable(tableFile, graph, context)
  const plan = planSource === undefined ? undefined : await readPlan(planSource, graph, target, context)
  const calibrated = [mode, ...(plan?.values() ?? [])].find((each) => needsRanges(each, target))
  if (table === undefined && calibrated !== undefined) {
    throw new QError('TABLE_NEEDED', `${calibrated} needs a calibration table`, {
      at: [model],
      found: 'no calibration table',
      wanted: `a threshold for every layer in ${calibrated}`,
      hint: 'run run_calibration and give its table as --calibration_table',
      kind: 'usage',
    })
  }
  if (table !== undefined && calibrated === undefined) tableWithoutEffect(options, mode, target, model, context)
  return {
    mode,
    ...(table === undefined || tableFile === undefined ? {} : { table, tableFile }),
    ...(plan === undefined ? {} : { plan }),
    asymmetric: options.asymmetric === true,
    highPrecision: options.high_precision === true,
  }
}

/** A table that no layer reads: refused where the mode is a default that the user may not have thought of, noted where it was named. */
function tableWithoutEffect({ quantize }: QuantizationOptions, mode: QuantMode, target: Target, model: string, context: Context): void {
  if (quantize !== undefined) {
    context.reporter.note(`--calibration_table has no effect: no layer is computed on codes in ${mode}`)
    return
  }
  throw new QError('OPTION_WITHOUT_EFFECT', `no layer reads the calibration table: without --quantize all are computed in ${mode}`, {
    at: [model, '--calibration_table'],
    found: 'a calibration table, and no --quantize',
    wanted: `--quantize ${usualMode(target, 'integers')}, or no table`,
    hint: 'name the mode',
    kind: 'usage',
  })
}
