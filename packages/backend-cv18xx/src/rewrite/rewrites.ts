import type { RewritePass } from '@q/ir'
import { affineToConv, mergeConvAffine } from '@q/ir/lowering'
import { foldHeadTransposes } from './fold-head-transposes.ts'
import { magnify } from './magnify.ts'
import { padBeforeConv } from './pad-before-conv.ts'
import { patchEmbedding } from './patch-embedding.ts'
import { subFromConstant } from './sub-from-constant.ts'
import { tileByAxis } from './tile-by-axis.ts'

/** The rewrites of the family, in order. */
export const rewrites: readonly RewritePass[] = [
  mergeConvAffine,
  patchEmbedding,
  padBeforeConv,
  affineToConv,
  foldHeadTransposes,
  magnify,
  tileByAxis,
  subFromConstant,
]
