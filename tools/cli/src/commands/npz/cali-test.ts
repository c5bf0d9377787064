import type { Tensor } from '@q/ir'
import { parseCalibrationTable } from '@q/ir'
import { roundHalfEven } from '@q/ir/number'
import { compareSets } from '../../compare/compare-files.ts'
import { readNpz, save } from '../../npz/npz-file.ts'
import { reportComparison } from '../../pipeline/report-comparison.ts'
import type { DefineCommand } from '../command.ts'

const output = 'requant.npz'

/** `npz_tool cali_test`: what a calibration table alone costs. */
export const defineCaliTest: DefineCommand = (tool, start) => {
  tool
    .command('cali_test <npz_file>')
    .description('round every tensor to 8 bits by its threshold, write requant.npz, and compare')
    .requiredOption('--calibration_table <file>', 'the thresholds')
    .action((file: string, options) =>
      start(async (context) => {
        await context.files.claim([output])
        const floats = await readNpz(context, file)
        const { entries } = parseCalibrationTable(await context.files.readText(options.calibration_table), options.calibration_table)
        const rounded = new Map<string, Tensor>()
        for (const [name, { threshold }] of entries) {
          const tensor = floats.get(name)
          if (tensor?.dtype === 'f32' && threshold !== 0) rounded.set(name, throughInt8(tensor, threshold))
        }
        await save(context, output, rounded)
        const comparison = compareSets(rounded, floats, { cosine: 0.95, euclidean: 0.85 })
        reportComparison(comparison, context.reporter, {
          target: rounded,
          reference: floats,
          targetFile: output,
          referenceFile: file,
        })
        return comparison
      }),
    )
}

function throughInt8(tensor: Tensor, threshold: number): Tensor {
  const { fround } = Math
  const scale = fround(threshold / 127)
  const data = Float32Array.from(tensor.data as Float32Array, (x) => {
    const code = roundHalfEven(fround(fround(x * 127) / fround(threshold)))
    return fround(Math.min(127, Math.max(-128, code)) * scale)
  })
  return { ...tensor, data }
}
