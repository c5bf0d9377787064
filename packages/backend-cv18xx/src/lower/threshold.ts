import type { LowerContext, Range } from '@q/ir'

/** The largest magnitude of a range. */
const largestIn = ({ min, max }: Range): number => Math.max(Math.abs(min), Math.abs(max))

/** The calibrated threshold of a value, whose scale is a 127th of it. @throws QError `RANGE_MISSING` when it has none */
export function thresholdOf(name: string, context: LowerContext): number {
  const { range } = context.typeOf(name)
  return range === undefined ? context.quantizedType(name).quant!.scale * 127 : largestIn(range)
}
