import type { SimplifyPass } from '@q/ir'
import type { ChipFacts } from '../chips.ts'
import { dropZeroSums } from './drop-zero-sums.ts'
import { mergeMatMulAdd } from './merge-mat-mul-add.ts'
import { tabulateActivations } from './tabulate-activations.ts'
import { codesAsWhole, wholeToCodes } from './whole-numbers.ts'

/** The simplifications of a chip, in order. */
export const simplificationsOf = ({ addsHalfFloats }: ChipFacts): readonly SimplifyPass[] => [
  wholeToCodes,
  codesAsWhole,
  dropZeroSums,
  mergeMatMulAdd(addsHalfFloats ? ['f32', 'f16', 'bf16'] : ['f32']),
  tabulateActivations,
]
