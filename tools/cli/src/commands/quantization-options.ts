import { QError } from '@q/ir'
import type { Command } from 'commander'
import type { QuantizationOptions } from '../pipeline/read-quantization.ts'
import type { QuantizationSettings } from '../pipeline/resolve-for-chip.ts'
import { chipNames } from '../wiring/backends.ts'

/** The options of {@link addQuantizationOptions}, as commander names them. */
const quantizationOptions = ['quantize', 'calibration_table', 'quantize_table', 'asymmetric', 'high_precision'] as const

/** Those of them that the user gave. */
export const quantizationGiven = (options: QuantizationOptions): readonly string[] =>
  quantizationOptions.filter((name) => options[name] !== undefined && options[name] !== false)

/** Whether the user said how a float graph is quantized. */
export const isQuantizationGiven = (options: QuantizationOptions): boolean => quantizationGiven(options).length > 0

const asymmetric = ['--asymmetric', 'INT8 with zero points'] as const
const highPrecision = ['--high_precision', 'keep delicate operators in float32'] as const

/** Adds the options that say how a float graph is quantized; `quantizationOf` reads what they name. */
export function addQuantizationOptions(command: Command): Command {
  return command
    .option(
      '--quantize <mode>',
      'mode of layers that no table names, one of the chip; F32 when absent, or the usual float mode of a chip without it',
    )
    .option('--calibration_table <file>', 'calibration table, needed for integers')
    .option('--quantize_table <table>', 'modes of single layers: a file, or name:mode,name:mode')
    .option(...asymmetric)
    .option(...highPrecision)
}

/** Adds those of them that hold for all layers of a command that calibrates or searches by itself. */
export function addSettingOptions(command: Command): Command {
  return command.option(...asymmetric).option(...highPrecision)
}

/** What the options of {@link addSettingOptions} say. */
export const settingsOf = (options: Pick<QuantizationOptions, 'asymmetric' | 'high_precision'>): QuantizationSettings => ({
  asymmetric: options.asymmetric === true,
  highPrecision: options.high_precision === true,
})

/** The error of a user who says how a float model is quantized, and not for which chip. @param model its file */
export function chipNeeded(model: string): QError {
  return new QError('CHIP_NEEDED', 'a float model is quantized for a chip', {
    at: [model],
    found: 'no --chip',
    wanted: `--chip ${chipNames()[0]}`,
    hint: 'name the chip, or leave the options of quantization out to take the model as it is',
    kind: 'usage',
  })
}
