import type { RewritePass } from '@q/ir'

/** The rewrites of the family, in order. */
export const rewrites: readonly RewritePass[] = []
