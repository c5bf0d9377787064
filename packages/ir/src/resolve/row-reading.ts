import type { ResolveSettings } from '../contracts/backend.ts'
import type { Target } from '../contracts/target.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { integerSchemeNear } from './find-scheme.ts'

/**
 * How a mode reads a row of the calibration table where the operator leaves it open: both ends as they were observed (codes with zero points), the threshold with the
 * sign of the smallest number, or the threshold on both sides (signed codes without zero points).
 */
export type RowReading = 'ends' | 'threshold' | 'balanced'

/** How the mode of a layer reads rows: as its codes are stored, or those beside it where it computes in floats. */
export function readingOf(target: Target, mode: QuantMode, settings: Pick<ResolveSettings, 'mode' | 'asymmetric'>): RowReading {
  const activations = integerSchemeNear(target, mode, settings)?.activations
  if (activations?.zeroPoint === 'by-range') return 'ends'
  return activations?.sign === 'signed' && activations.zeroPoint === 'none' ? 'balanced' : 'threshold'
}

/** Whether all modes that layers can have read rows alike: then ranges do not depend on the plan. */
export function hasOneReading(target: Target, settings: Pick<ResolveSettings, 'mode' | 'asymmetric'>): boolean {
  const ofGraph = readingOf(target, settings.mode, settings)
  return Object.keys(target.schemes).every((mode) => readingOf(target, mode, settings) === ofGraph)
}
