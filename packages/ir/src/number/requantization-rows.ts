/** How the codes of one channel are made: `saturate(round(x * multiplier / 2^shift) + zeroPoint)`. */
export interface RequantizationRow {
  readonly multiplier: number
  readonly shift: number
  readonly zeroPoint: number
}

/** Numbers that tell a row: three, or two where the shift and the zero point share one. */
export type RequantizationWidth = 2 | 3

/**
 * The rows that `RequantizeAxis` takes, in int32: multiplier, minus the shift and zero point; in pairs the last two are one number, the zero point in its upper
 * 16 bits and minus the shift in the lower 16.
 */
export function packRequantization(rows: readonly RequantizationRow[], width: RequantizationWidth): Int32Array {
  const packed = ({ multiplier, shift, zeroPoint }: RequantizationRow): readonly number[] =>
    width === 3 ? [multiplier, -shift, zeroPoint] : [multiplier, (-shift & 0xffff) | (zeroPoint << 16)]
  return Int32Array.from(rows.flatMap(packed))
}

/**
 * What {@link packRequantization} packed. Of a pair the shift is the lowest 8 bits, with their sign.
 *
 * @param shape of the parameters: rows of two where its last axis has two elements, else of three
 */
export function unpackRequantization(parameters: ArrayLike<number>, shape: readonly number[]): readonly RequantizationRow[] {
  const width: RequantizationWidth = shape.at(-1) === 2 ? 2 : 3
  return Array.from({ length: parameters.length / width }, (_, i): RequantizationRow => {
    const [multiplier, second] = [parameters[width * i]!, parameters[width * i + 1]!]
    return width === 3
      ? { multiplier, shift: 0 - second, zeroPoint: parameters[width * i + 2]! }
      : { multiplier, shift: 0 - ((second << 24) >> 24), zeroPoint: second >> 16 }
  })
}
