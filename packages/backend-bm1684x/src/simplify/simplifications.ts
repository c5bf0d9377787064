import type { SimplifyPass } from '@q/ir'

/** The simplifications of the family, in order. */
export const simplifications: readonly SimplifyPass[] = []
