import { didYouMean, QError } from '@q/ir'
import type { TableEntry } from '../files/quantize-table/quantize-table.ts'
import type { Quantizer, StorageType } from '../numbers/number-format.ts'
import type { AcuityMode } from '../target.ts'

/** How a mode is called where: by `--quantizer` and `--qtype`, in `customized_quantize_layers`, and in the entries of its activations. */
export interface ModeNames {
  readonly mode: AcuityMode
  readonly quantizer: Quantizer
  /** The word of `--qtype`. */
  readonly qtype: string
  /** The words of `customized_quantize_layers`, the usual one first. */
  readonly customized: readonly string[]
  /** Of activations. */
  readonly entry: Pick<TableEntry, 'quantizer' | 'qtype'>
}

const names = (
  mode: AcuityMode,
  [quantizer, qtype]: readonly [Quantizer, string],
  entry: readonly [Quantizer, StorageType],
  customized: readonly string[],
): ModeNames => ({ mode, quantizer, qtype, customized, entry: { quantizer: entry[0], qtype: entry[1] } })

/** Every mode under its names (spec/acuity.md 2.3, 3.5). */
export const modeNames: readonly ModeNames[] = [
  names('UINT8', ['asymmetric_affine', 'uint8'], ['asymmetric_affine', 'u8'], ['asymmetric_affine-u8']),
  names(
    'PCQ',
    ['perchannel_symmetric_affine', 'int8'],
    ['asymmetric_affine', 'i8'],
    ['perchannel_symmetric_affine-i8', 'asymmetric_affine-i8'],
  ),
  names('SYM8', ['symmetric_affine', 'int8'], ['symmetric_affine', 'i8'], ['symmetric_affine-i8']),
  names('DFP8', ['dynamic_fixed_point', 'int8'], ['dynamic_fixed_point', 'i8'], ['dynamic_fixed_point-i8']),
  names('DFP16', ['dynamic_fixed_point', 'int16'], ['dynamic_fixed_point', 'i16'], ['dynamic_fixed_point-i16']),
  names('QBF16', ['qbfloat16', 'qbfloat16'], ['qbfloat16', 'qbfloat16'], ['qbfloat16-qbfloat16']),
  names('BF16', ['bfloat16', 'bfloat16'], ['bfloat16', 'bfloat16'], ['bfloat16-bfloat16', 'bfloat16']),
  names('F16', ['float16', 'float16'], ['float16', 'float16'], ['float16']),
  names('F32', ['float32', 'float32'], ['float32', 'fp32'], ['float32']),
]

/** The names of a mode. */
export const namesOf = (mode: string): ModeNames => modeNames.find((each) => each.mode === mode)!

/** The mode of `--quantizer` and `--qtype`. @throws QError `ACUITY_QUANTIZER` with the pairs there are */
export function modeOfOptions(quantizer: string, qtype: string): ModeNames {
  const found = modeNames.find((each) => each.quantizer === quantizer && each.qtype === qtype)
  if (found !== undefined && found.mode !== 'F32') return found
  const offered = modeNames.filter(({ mode }) => mode !== 'F32')
  const ofQuantizer = offered.filter((each) => each.quantizer === quantizer).map((each) => each.qtype)
  throw new QError('ACUITY_QUANTIZER', `there is no quantizer ${quantizer} of ${qtype}`, {
    at: ['--quantizer', '--qtype'],
    found: `${quantizer} with ${qtype}`,
    wanted: offered.map((each) => `${each.quantizer} with ${each.qtype}`).join(', '),
    hint:
      ofQuantizer.length > 0
        ? `${quantizer} goes with --qtype ${ofQuantizer.join(' or ')}`
        : didYouMean(
            quantizer,
            offered.map((each) => each.quantizer),
            'choose one of these pairs',
          ),
    kind: 'usage',
  })
}

/** The mode that a word of `customized_quantize_layers` asks for; nothing for one that is none. `float32` is computed in half floats there (spec/acuity.md 5.2). */
export function modeOfWord(word: string): AcuityMode | undefined {
  if (word === 'float32') return 'F16'
  return modeNames.find(({ customized }) => customized.includes(word))?.mode
}

/** The mode of a layer by the entry of what it makes; nothing for one that no activation has. */
export function modeOfEntry({ quantizer, qtype }: Pick<TableEntry, 'quantizer' | 'qtype'>): AcuityMode | undefined {
  return modeNames.find(({ entry }) => entry.quantizer === quantizer && entry.qtype === qtype)?.mode
}
