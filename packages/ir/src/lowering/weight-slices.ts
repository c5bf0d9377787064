import type { Attrs } from '../graph/types.ts'

/** Which slices of a constant have scales, and results, of their own. */
export interface OutputSlices {
  readonly count: number
  /** Slices lie one behind the other, or element by element in turn. */
  readonly order: 'outermost' | 'innermost'
  /** Their axis in the constant. */
  readonly axis: number
  /** The sum over a slice belongs to one channel of the result, so that its bias can make up for the zero point of the other operand. */
  readonly isChannel: boolean
}

/** The filters of a convolution. @param shape `[filters, channels of a group, ...window]` */
export const filtersOf = (shape: readonly number[]): OutputSlices => ({ count: shape[0]!, order: 'outermost', axis: 0, isChannel: true })

/**
 * The columns of the right operand of a matrix product, over all matrices of a batch; one slice where these neither follow each other nor
 * alternate (a turned batch, heads between the axes), or where columns are not the last axis of the result.
 */
export function columnsOf(shape: readonly number[], { transB, transY, headsAsBatch, heads = [] }: Attrs): OutputSlices {
  const rank = shape.length
  const isBatch = shape.slice(0, -2).some((size) => size !== 1)
  const isWhole =
    rank < 2 ||
    transY === true ||
    ((headsAsBatch === true || (heads as readonly string[]).length > 0) && rank === 4) ||
    (isBatch && transB === true)
  if (isWhole) return { count: 1, order: 'outermost', axis: 0, isChannel: false }
  const axis = transB === true ? rank - 2 : rank - 1
  return { count: shape[axis]!, order: transB === true ? 'outermost' : 'innermost', axis, isChannel: !isBatch }
}
