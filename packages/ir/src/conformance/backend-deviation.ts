import type { Resolved } from '../resolve/resolved.ts'

/** Whether a back end says of a layer that the chip computes it otherwise than the operator is defined (`computedOtherwise` of the kit). */
export const isComputedOtherwise = ({ diagnostics }: Pick<Resolved, 'diagnostics'>, layer: string): boolean =>
  diagnostics.some(({ code, level, at }) => code === 'COMPUTED_OTHERWISE' && level === 'warning' && at.includes(layer))
