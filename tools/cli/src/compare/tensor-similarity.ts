/** How alike two tensors are. */
export interface Similarity {
  /** `a.b / (|a| |b|)`; 0 when one of them is all zero. */
  readonly cosine: number
  /** `1 - |a - b| / (|(a + b) / 2| + 1e-7)`; 0 on overflow. */
  readonly euclidean: number
  /** Ratio of the variances of signal and noise, in dB. */
  readonly sqnr: number
}

/**
 * Cosine and euclidean similarity and the signal-to-quantization-noise ratio of two arrays of equal length.
 *
 * NaN counts as 0, an infinity as 10000 of its sign. Sums are taken in double precision.
 */
export function similarity(target: Float32Array, reference: Float32Array): Similarity {
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
  const signalVariance = targetSquares - (sum * sum) / n
  const noiseVariance = differenceSquares - (noiseSum * noiseSum) / n
  const distance = Math.sqrt(differenceSquares)
  const middle = Math.sqrt(middleSquares) + 1e-7
  return {
    cosine: targetSquares === 0 || referenceSquares === 0 ? 0 : dot / (Math.sqrt(targetSquares) * Math.sqrt(referenceSquares)),
    euclidean: Number.isFinite(distance) && Number.isFinite(middle) ? 1 - distance / middle : 0,
    sqnr: noiseVariance <= 0 || signalVariance <= 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signalVariance / noiseVariance),
  }
}

/**
 * The finest order of magnitude, from 5 down to 2, at which all elements agree: `|a - b| <= 1e-8 + 10^-order * |b|`
 * (two NaN agree). 2 when none does.
 */
export function closeOrder(target: Float32Array, reference: Float32Array): number {
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

function finite(x: number): number {
  if (Number.isFinite(x)) return x
  return Number.isNaN(x) ? 0 : x > 0 ? 10000 : -10000
}
