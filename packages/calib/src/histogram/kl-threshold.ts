import type { Histogram } from './magnitude-histogram.ts'

/** Longer histograms are halved before the search. */
const maxBins = 131_072
/** Sums of counts below this are exact in float32. */
const exactSum = 2 ** 24
/** Keeps logarithms of empty bins finite. */
const tiny = 1e-30

/**
 * The threshold whose quantization into `levels` magnitudes changes the distribution least.
 *
 * TPU-MLIR 1.30.2 behaviour: candidates are the multiples of `levels` bins; the clipped distribution P (everything beyond
 * is counted into its last bin) is compared with Q, its mean over the non-zero bins of each of `levels` equal groups, by the sum
 * of `P * (log10 P - log10 Q)` with 1e-30 added inside the logarithms and the sum rounded to float32 at each step. The first
 * of the smallest wins. The result may exceed the largest magnitude by one bin.
 *
 * @param levels magnitudes of the quantized type: 128 for int8, 8 for int4
 */
export function klThreshold({ counts: given, width: givenWidth }: Histogram, levels = 128): number {
  let counts = padTo(given, levels)
  let width = givenWidth
  while (counts.length > maxBins) {
    counts = padTo(halve(counts), levels)
    width *= 2
  }
  width = Math.fround(width)
  let best = 0
  let smallest = Infinity
  for (const [m, divergence] of klDivergences(counts, levels).entries()) {
    if (divergence < smallest) {
      best = m
      smallest = divergence
    }
  }
  return Math.fround(Math.fround(width * (best + 1)) * levels)
}

/**
 * The divergence of each candidate, `(m + 1) * levels` bins wide; NaN for an empty histogram.
 *
 * @param counts as many as a multiple of `levels`
 */
export function klDivergences(counts: Int32Array, levels: number): Float32Array {
  const bins = counts.length
  const total = sum(counts, 0, bins)
  const { share, logShare } = shares(counts, total)
  const tails = tailSums(counts)
  const divergences = new Float32Array(bins / levels)
  let inside = 0
  for (let m = 0; m < divergences.length; m++) {
    const end = (m + 1) * levels
    inside = addInFloat32(inside, counts, end - levels, end)
    divergences[m] = divergence(m + 1, end, inside)
  }
  return divergences

  function divergence(group: number, end: number, insideCount: number): number {
    const last = end - 1
    let result = 0
    let level = 0
    for (let from = 0; from < end; from += group) {
      const to = from + group
      level = meanOfNonZero(from, to, insideCount)
      const logLevel = Math.log10(level + tiny)
      const stop = Math.min(to, last)
      for (let bin = from; bin < stop; bin++) {
        // An empty bin adds exactly zero.
        if (counts[bin] !== 0) result = Math.fround(result + share[bin]! * (logShare[bin]! - logLevel))
      }
    }
    const lastCount = tails === undefined ? addInFloat32(counts[last]!, counts, end, bins) : counts[last]! + tails[end]!
    const lastShare = Math.fround(lastCount / Math.fround(total))
    // Where the last bin itself is empty, what lies beyond is compared with nothing and costs about 30 a share.
    const lastLevel = counts[last] === 0 ? 0 : level
    return Math.fround(result + lastShare * (Math.log10(lastShare + tiny) - Math.log10(lastLevel + tiny)))
  }

  function meanOfNonZero(from: number, to: number, insideCount: number): number {
    let mass = 0
    let nonZero = 0
    for (let bin = from; bin < to; bin++) {
      if (counts[bin] === 0) continue
      mass = Math.fround(mass + Math.fround(counts[bin]!))
      nonZero++
    }
    return Math.fround(Math.fround(mass / Math.max(nonZero, 1)) / insideCount)
  }
}

/** Each bin's part of the whole, in float32, and its logarithm: the same for every candidate that does not end there. */
function shares(counts: Int32Array, total: number): { readonly share: Float32Array; readonly logShare: Float64Array } {
  const share = new Float32Array(counts.length)
  const logShare = new Float64Array(counts.length)
  const whole = Math.fround(total)
  for (let bin = 0; bin < counts.length; bin++) {
    share[bin] = Math.fround(counts[bin]!) / whole
    logShare[bin] = Math.log10(share[bin]! + tiny)
  }
  return { share, logShare }
}

/** Exact sums from each bin to the end, while a running float32 sum is exact too. */
function tailSums(counts: Int32Array): Float64Array | undefined {
  const tails = new Float64Array(counts.length + 1)
  for (let bin = counts.length - 1; bin >= 0; bin--) tails[bin] = tails[bin + 1]! + counts[bin]!
  return tails[0]! < exactSum ? tails : undefined
}

/** Adds the counts one by one, rounding each sum to float32. */
function addInFloat32(start: number, counts: Int32Array, from: number, to: number): number {
  let sum = Math.fround(start)
  for (let bin = from; bin < to; bin++) {
    if (counts[bin] !== 0) sum = Math.fround(sum + Math.fround(counts[bin]!))
  }
  return sum
}

function sum(counts: Int32Array, from: number, to: number): number {
  let result = 0
  for (let bin = from; bin < to; bin++) result += counts[bin]!
  return result
}

function halve(counts: Int32Array): Int32Array {
  return Int32Array.from({ length: counts.length / 2 }, (_, bin) => counts[2 * bin]! + counts[2 * bin + 1]!)
}

function padTo(counts: Int32Array, step: number): Int32Array {
  const rest = counts.length % step
  if (rest === 0) return counts
  const padded = new Int32Array(counts.length + step - rest)
  padded.set(counts)
  return padded
}
