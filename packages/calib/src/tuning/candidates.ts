/** How the tuner looks for a better threshold. */
export interface CandidateOptions {
  /** Steps between the first threshold and the largest magnitude. @default 21 */
  readonly steps?: number
  /** A value whose threshold is nearer than this to its largest magnitude is left alone. @default 0.01 */
  readonly smallestDifference?: number
}

/**
 * The thresholds tried for a value: `threshold + i * step` up to its largest magnitude, both ends included; none where there is no room.
 *
 * @param threshold as printed in a table: seven decimals
 */
export function thresholdCandidates(
  threshold: number,
  magnitude: number,
  { steps = 21, smallestDifference = 0.01 }: CandidateOptions = {},
): readonly number[] {
  const step = (magnitude - threshold) / steps
  if (!(step > 0) || !(Math.abs(magnitude - threshold) > smallestDifference)) return []
  return Array.from({ length: steps + 1 }, (_, i) => threshold + step * i)
}

/** Scale of the fake quantization to int8 that clips at `threshold`: codes per unit. */
export function fakeQuantScale(threshold: number): number {
  return 127 / threshold
}
