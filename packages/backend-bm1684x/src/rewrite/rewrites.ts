import type { RewritePass } from '@q/ir'
import { affineToConv, mergeConvAffine } from '@q/ir/lowering'
import type { ChipFacts } from '../chips.ts'
import { backwardsToGather } from './backwards-to-gather.ts'
import { divideByRoot } from './divide-by-root.ts'
import { floatInputs } from './float-inputs.ts'
import { foldRightTranspose } from './fold-right-transpose.ts'
import { fuseAttention } from './fuse-attention.ts'
import { fuseSigmoidGelu } from './fuse-sigmoid-gelu.ts'
import { patchEmbedding } from './patch-embedding.ts'
import { reshapeBehind } from './reshape-behind.ts'
import { rollToSwap } from './roll-to-swap.ts'
import { splitMatMul } from './split-mat-mul.ts'

/** The rewrites of a chip, in order. */
export const rewritesOf = ({ fusesAttention, mostPatch }: ChipFacts): readonly RewritePass[] => [
  floatInputs,
  splitMatMul,
  ...(fusesAttention ? [fuseAttention] : []),
  mergeConvAffine,
  patchEmbedding(mostPatch),
  affineToConv,
  foldRightTranspose,
  reshapeBehind,
  divideByRoot,
  fuseSigmoidGelu,
  rollToSwap,
  backwardsToGather,
]
