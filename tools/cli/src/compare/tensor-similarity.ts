/** How alike two tensors are. */
export interface Similarity {
  /** `a.b / (|a| |b|)`; 0 when one of them is all zero. */
  readonly cosine: number
  /** `1 - |a - b| / (|(a + b) / 2| + 1e-7)`. */
  readonly euclidean: number
  /** Ratio of the variances of signal and noise, in dB. */
  readonly sqnr: number
}

/**
 * Cosine and euclidean similarity and the signal-to-quantization-noise ratio of two arrays of equal length.
 *
 * NaN counts as 0, an infinity as 10000 of its sign. Sums are taken in double precision and rounded to float32, the
 * precision TPU-MLIR 1.30.2 takes them in, unless they are beyond it.
 */
export function similarity(target: ArrayLike<number>, reference: ArrayLike<number>): Similarity {
  const n = target.length
  let dot = 0
  let targetSquares = 0
  let referenceSquares = 0
  let differenceSquares = 0
  let middleSquares = 0
  let sum = 0
  let noiseSum = 0
  for (let i = 0; i < n; i++) {
    const a = finite(target[i]!)
    const b = finite(reference[i]!)
    const noise = a - b
    const middle = (a + b) / 2
    dot += a * b
    targetSquares += a * a
    referenceSquares += b * b
    differenceSquares += noise * noise
    middleSquares += middle * middle
    sum += a
    noiseSum += noise
  }
  const { fround } = Math
  const signal = fround(targetSquares - (sum * sum) / n)
  const noise = fround(differenceSquares - (noiseSum * noiseSum) / n)
  const lengths = Math.sqrt(targetSquares) * Math.sqrt(referenceSquares)
  const narrowLengths = fround(fround(Math.sqrt(targetSquares)) * fround(Math.sqrt(referenceSquares)))
  const alike = Number.isFinite(narrowLengths) ? fround(fround(dot) / narrowLengths) : dot / lengths
  const distance = Math.sqrt(narrowed(differenceSquares))
  const middle = Math.sqrt(narrowed(middleSquares)) + 1e-7
  return {
    cosine: targetSquares === 0 || referenceSquares === 0 ? 0 : 1 - (1 - alike),
    euclidean: 1 - distance / middle,
    sqnr: noise <= 0 || signal <= 0 ? Number.POSITIVE_INFINITY : 10 * fround(Math.log10(fround(signal / noise))),
  }
}

/** In float32 where it has room there: the squares of masks have not. */
const narrowed = (x: number): number => (Number.isFinite(Math.fround(x)) ? Math.fround(x) : x)

/**
 * The finest order of magnitude, from 5 down to 2, at which all elements agree: `|a - b| <= 1e-8 + 10^-order * |b|`
 * (two NaN agree). 2 when none does.
 */
export function closeOrder(target: ArrayLike<number>, reference: ArrayLike<number>): number {
  for (let order = 5; order > 2; order--) {
    const relative = 10 ** -order
    let close = true
    for (let i = 0; i < target.length && close; i++) {
      const a = target[i]!
      const b = reference[i]!
      close = a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-8 + relative * Math.abs(b)
    }
    if (close) return order
  }
  return 2
}

/** The number that a comparison counts for one that is not finite. */
export function finite(x: number): number {
  if (Number.isFinite(x)) return x
  return Number.isNaN(x) ? 0 : x > 0 ? 10000 : -10000
}
