import type { Graph } from '@q/ir'
import { QError } from '@q/ir'
import type { Command } from 'commander'
import { checkPlanModes, modeOf, needsRanges } from '../chips/chip-modes.ts'
import type { Chip } from '../chips/choose-chip.ts'
import type { Reporter } from '../console/reporter.ts'
import { readCalibrationTable, readPlan } from '../pipeline/read-tables.ts'
import type { Quantization } from '../pipeline/resolve-for-chip.ts'

/** What the options of {@link addQuantizationOptions} say. */
export interface QuantizationOptions {
  readonly quantize: string
  readonly calibration_table?: string
  readonly quantize_table?: string
  readonly asymmetric?: boolean
  readonly high_precision?: boolean
}

/** Adds the options that say how a float graph is quantized. */
export function addQuantizationOptions(command: Command): Command {
  return command
    .option('--quantize <mode>', 'mode of layers that no table names: one of the modes of the chip, such as INT8, F16, F32', 'F32')
    .option('--calibration_table <file>', 'calibration table, needed for integers')
    .option('--quantize_table <table>', 'modes of single layers: a file, or name:mode,name:mode')
    .option('--asymmetric', 'INT8 with zero points')
    .option('--high_precision', 'keep delicate operators in float32')
}

/**
 * How a graph is to be quantized for a chip: tables read and checked, modes that the chip has.
 *
 * @param model the model's file, for messages
 * @throws QError `MODEL_STAGE` when the graph is quantized already, `MODE_UNSUPPORTED`, `TABLE_NEEDED`, and those of the tables
 */
export async function quantizationOf(
  options: QuantizationOptions,
  { graph, model }: { readonly graph: Graph; readonly model: string },
  { backend: { target } }: Chip,
  reporter: Reporter,
): Promise<Quantization> {
  if (graph.properties['stage'] === 'quantized') {
    throw new QError('MODEL_STAGE', `${model} is quantized already`, {
      at: [model],
      wanted: 'a float model',
      hint: 'run it with model_runner, or print it without --chip',
      kind: 'usage',
    })
  }
  const mode = modeOf(options.quantize, target, ['--quantize'])
  const { calibration_table: tableFile, quantize_table: planSource } = options
  const table = tableFile === undefined ? undefined : await readCalibrationTable(tableFile, graph, reporter)
  const plan = planSource === undefined ? undefined : await readPlan(planSource, graph, reporter)
  if (plan !== undefined) checkPlanModes(plan, target, '--quantize_table')
  const calibrated = [mode, ...(plan?.values() ?? [])].find((each) => needsRanges(each, target))
  if (table === undefined && calibrated !== undefined) {
    throw new QError('TABLE_NEEDED', `${calibrated} needs a calibration table`, {
      at: [model],
      wanted: `a threshold for every layer in ${calibrated}`,
      hint: 'run run_calibration and give its table as --calibration_table',
      kind: 'usage',
    })
  }
  return {
    mode,
    ...(table === undefined ? {} : { table }),
    ...(plan === undefined ? {} : { plan }),
    asymmetric: options.asymmetric === true,
    highPrecision: options.high_precision === true,
  }
}
