import type { RewritePass } from '@q/ir'
import { affineToConv } from './affine-to-conv.ts'
import { foldRightTranspose } from './fold-right-transpose.ts'
import { fuseAttention } from './fuse-attention.ts'
import { mergeConvAffine } from './merge-conv-affine.ts'
import { patchEmbedding } from './patch-embedding.ts'

/** The rewrites of the family, in order. */
export const rewrites: readonly RewritePass[] = [
  fuseAttention, mergeConvAffine, patchEmbedding, affineToConv, foldRightTranspose,
]
