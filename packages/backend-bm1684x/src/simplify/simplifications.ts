import type { SimplifyPass } from '@q/ir'
import { dropZeroSums } from './drop-zero-sums.ts'
import { mergeMatMulAdd } from './merge-mat-mul-add.ts'
import { tabulateActivations } from './tabulate-activations.ts'
import { codesAsWhole, wholeToCodes } from './whole-numbers.ts'

/** The simplifications of the family, in order. */
export const simplifications: readonly SimplifyPass[] = [wholeToCodes, codesAsWhole, dropZeroSums, mergeMatMulAdd, tabulateActivations]
