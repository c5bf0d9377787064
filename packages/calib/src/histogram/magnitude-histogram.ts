import type { Diagnostic } from '@q/ir'
import type { Binning, Extent, Kernels } from '../kernels/kernels.ts'

/** A histogram of |x| over equally wide bins; bin j holds the magnitudes around `j * width`, so bin 0 is half as wide. */
export interface Histogram {
  readonly counts: Int32Array
  readonly width: number
}

/** A histogram that widens as larger values come. Zeros are not counted. */
export interface MagnitudeHistogram {
  /** Counts one sample. `seen` is told the sample's extent and returns the largest magnitude of all samples so far, this one included. */
  add(values: Float32Array, seen: (extent: Extent) => number): void
  /** The counts so far; `undefined` when no sample had an element of at least 1e-8. */
  read(): Histogram | undefined
  readonly diagnostics: readonly Diagnostic[]
  /** Everything it knows, to go on from. */
  state(): HistogramState
}

/** A histogram between two samples. */
export interface HistogramState {
  /** Width of a bin, range covered, 1 once it has grown; then, for every history given up, the magnitude that did it and the range until then. */
  readonly numbers: readonly number[]
  readonly counts?: Int32Array
}

/** More bins than this and the history is given up, as TPU-MLIR does. */
const maxBins = 8_000_000
/** A sample whose largest magnitude is below this is not counted. */
const smallestMagnitude = 1e-8

/**
 * The histogram of TPU-MLIR 1.30.2.
 *
 * The first sample sets the range. A sample with a larger magnitude A' adds `floor((A' - range) / s) + 1` bins of
 * `s = range / bins`, and the old counts keep their bins; since a width is `range / (bins - 1)`, that moves the meaning of
 * the old bins a little at every growth, and thresholds depend on it.
 *
 * @param baseBins bins for the first sample
 * @param place names the value in diagnostics
 * @param from where an earlier histogram of the same value stopped
 */
export function magnitudeHistogram(
  kernels: Kernels,
  baseBins: number,
  place: readonly string[],
  from?: HistogramState,
): MagnitudeHistogram {
  let counts = from?.counts
  let [width = 0, range = 0] = from?.numbers ?? []
  // Until the first growth the range is a float32, and so is a difference to it.
  let grown = from?.numbers[2] === 1
  const drops = from?.numbers.slice(3) ?? []

  const start = (magnitude: number): void => {
    counts = new Int32Array(baseBins)
    width = magnitude / (baseBins - 1)
    range = magnitude
    grown = false
  }

  const binning = (all: Int32Array): Binning => ({ width: range / (all.length - 1), counts: all })

  const grow = (magnitude: number, old: Int32Array): void => {
    const step = range / old.length
    const difference = grown ? magnitude - range : Math.fround(magnitude - range)
    const more = Math.trunc(floorDivide(difference, step) + 1)
    const bins = old.length + more
    if (bins > maxBins) {
      drops.push(magnitude, range)
      start(magnitude)
      return
    }
    range = more * step + range
    width = range / (bins - 1)
    counts = new Int32Array(bins)
    counts.set(old)
    grown = true
  }

  return {
    get diagnostics() {
      return Array.from({ length: drops.length / 2 }, (_, i) => historyDropped(drops[2 * i]!, drops[2 * i + 1]!, place))
    },
    state: () => ({ numbers: [width, range, grown ? 1 : 0, ...drops], ...(counts === undefined ? {} : { counts }) }),
    add(values, seen) {
      let sample: Int32Array | undefined
      // Samples that reach further than all before them become rare.
      const guess = counts === undefined || hasMovedBins(counts) ? undefined : binning(counts)
      const choose = (extent: Extent): Binning | undefined => {
        const magnitude = seen(extent)
        if (Math.max(Math.abs(extent.min), Math.abs(extent.max)) < smallestMagnitude) return undefined
        if (counts === undefined) start(magnitude)
        else if (magnitude > range) grow(magnitude, counts)
        if (hasMovedBins(counts!)) sample = new Int32Array(counts!.length)
        return binning(sample ?? counts!)
      }
      kernels.count(values, choose, guess)
      if (sample !== undefined) addMoved(sample, counts!)
    },
    read: () => (counts === undefined ? undefined : { counts, width }),
  }
}

function historyDropped(magnitude: number, range: number, at: readonly string[]): Diagnostic {
  return {
    level: 'warning',
    code: 'CALIBRATION_HISTORY_DROPPED',
    message:
      `a sample reaches ${magnitude}, the ones before it only ${range}: their histogram was given up. ` +
      'Reorder or replace the samples, those with large values first',
    at,
  }
}

/**
 * The first bin whose elements NumPy counts in the bin after it, or `bins` when there is none.
 *
 * TPU-MLIR lets `numpy.histogram` count the bin numbers. Up to 65536 bins that compares them with borders
 * `k * (bins - 1) / bins` rounded to float32, and above 4096 bins the last of them are rounded down to the number itself.
 */
export function firstMovedBin(bins: number): number {
  if (bins <= 4096 || bins > 65536) return bins
  const step = (bins - 1) / bins
  let first = bins - 1
  while (first > 0 && first - 1 >= Math.fround(first * step)) first--
  return first === bins - 1 ? bins : first
}

const hasMovedBins = ({ length }: Int32Array): boolean => firstMovedBin(length) < length

function addMoved(sample: Int32Array, counts: Int32Array): void {
  const last = counts.length - 1
  const moved = firstMovedBin(counts.length)
  for (let bin = 0; bin <= last; bin++) counts[bin < moved ? bin : Math.min(bin + 1, last)]! += sample[bin]!
}

/** Floor division as Python defines it for floats, by the remainder: `Math.floor(a / b)` may be one more where `a / b` rounds up. */
export function floorDivide(dividend: number, divisor: number): number {
  let remainder = dividend % divisor
  if (remainder !== 0 && divisor < 0 !== remainder < 0) remainder += divisor
  const quotient = (dividend - remainder) / divisor
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}
