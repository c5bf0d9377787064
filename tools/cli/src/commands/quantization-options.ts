import type { Command } from 'commander'

/** The options of {@link addQuantizationOptions}, as commander names them. */
export const quantizationOptions = ['quantize', 'calibration_table', 'quantize_table', 'asymmetric', 'high_precision'] as const

/** Adds the options that say how a float graph is quantized; `quantizationOf` reads what they name. */
export function addQuantizationOptions(command: Command): Command {
  return command
    .option(
      '--quantize <mode>',
      'mode of layers that no table names, one of the chip; F32 when absent, or the usual float mode of a chip without it',
    )
    .option('--calibration_table <file>', 'calibration table, needed for integers')
    .option('--quantize_table <table>', 'modes of single layers: a file, or name:mode,name:mode')
    .option('--asymmetric', 'INT8 with zero points')
    .option('--high_precision', 'keep delicate operators in float32')
}
