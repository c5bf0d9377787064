import { kernelsModule } from '../generated/kernels-module.ts'
import type { CandidatePrograms } from './module-candidates.ts'
import { fakeQuantize, squaredDistance } from './module-candidates.ts'
import type { TailPrograms } from './module-tails.ts'
import { magnitudes, outside } from './module-tails.ts'
import * as portable from './portable.ts'
import * as portableTails from './portable-tails.ts'
import type { WasmMemory } from './wasm-host.ts'
import { wasmHost } from './wasm-host.ts'
import { chunkElements, firstChunk, firstPages, lanes, openEnd, slots, workspace } from './workspace.ts'

/** The smallest and largest element of an array. */
export interface Extent {
  readonly min: number
  readonly max: number
}

/** Where the elements of an array are counted: bins of `width`, as many as `counts` has. */
export interface Binning {
  readonly width: number
  readonly counts: Int32Array
}

/** Which elements of an array are asked for: those below `low` and those above `high`. */
export interface Bounds {
  readonly low: number
  readonly high: number
}

/** Sums of magnitudes, each in float32 and in the order in which NumPy 1.24 adds a contiguous array. */
export interface MagnitudeSums {
  /** Of all elements. */
  readonly sum: number
  /** Elements that are not zero. */
  readonly nonZeros: number
  /** Of the elements with a magnitude above `f32(limit)`, and their number. Quick as long as no limit is below the one before it. */
  above(limit: number): { readonly sum: number; readonly count: number }
}

/** The loops over tensor elements that calibration spends its time in. Not to be called re-entrantly. */
export interface Kernels {
  /**
   * Does `work`, in which several kernels may be asked about `values`: the array must not change meanwhile, so that what they all need is
   * made once.
   */
  holding(values: Float32Array, work: () => void): void
  /** Smallest and largest element; see `count`. */
  extent(values: Float32Array): Extent
  /**
   * Finds the extent of `values`, asks `choose` for bins, and adds the bins of the non-zero elements to its counts.
   *
   * Bin `floor(f32(f32(|x| / f32(width)) + 0.5))`, quotient and sum rounded to float32 as NumPy does for an array divided
   * by a scalar: a reciprocal would move elements near a border. Elements beyond the last bin are not counted. The extent
   * is NaN when an element is NaN, `+Infinity .. -Infinity` for an empty array. Of zeros of both signs either may be the extent, but
   * the same in all implementations.
   *
   * @param guess bins that `choose` is likely to answer with: when it does, one walk over the elements finds the extent and counts
   */
  count(values: Float32Array, choose: (extent: Extent) => Binning | undefined, guess?: Binning): void
  /**
   * Shows the elements of `values` below `low` or above `high`, in portions, in any order. `take` returns the bounds for what comes
   * after, which may lie further out but not further in; elements beyond the former bounds may still come. NaN lies within all bounds.
   * A portion is valid until `take` returns.
   */
  outside(values: Float32Array, bounds: Bounds, take: (found: Float32Array) => Bounds): void
  /** What {@link MagnitudeSums} tells of `values`; valid until the next kernel is called. */
  magnitudes(values: Float32Array): MagnitudeSums
  /** Kernels of the same kind with memory of their own. */
  another(): Kernels
  /**
   * Arrays of these lengths, full of zeros, that `fakeQuantize` and `squaredDistance` need not copy; large ones may be as any others. Valid until the next call, or
   * until another kernel than these two is called.
   */
  room(lengths: readonly number[]): readonly Float32Array[]
  /** Writes `clamp(nearestEven(f32(x * scale)), -128, 127) / scale`, in float32 arithmetic, to `into`. */
  fakeQuantize(values: Float32Array, scale: number, into: Float32Array): void
  /**
   * Sum of the squares of `f32(a - b)`, in float64: blocks of 2^19 elements one after the other, in each of them four running sums of every
   * fourth element, added as (0 + 2) + (1 + 3).
   */
  squaredDistance(a: Float32Array, b: Float32Array): number
}

interface Programs extends TailPrograms, CandidatePrograms {
  readonly extent: (from: number, to: number, out: number) => void
  readonly countBins: (
    from: number,
    to: number,
    width: number,
    last: number,
    counts: number,
    stride: number,
    zeros: number,
    slots: number,
  ) => void
  readonly countBinsAndExtent: (
    from: number,
    to: number,
    width: number,
    last: number,
    counts: number,
    stride: number,
    zeros: number,
    slots: number,
    out: number,
  ) => void
  readonly addParts: (from: number, to: number, stride: number, parts: number) => void
}

/** Below this many elements the way into the module costs more than the loop. */
const smallElements = portable.smallElements
/** Up to this many bins each vector lane has counters of its own, so neighbouring equal elements need not wait for each other. */
const maxSeparateBins = 1 << 14
/** The module finds bins as float32 bit patterns below 2^23. */
const maxBins = (1 << 23) - 1
/** Byte addresses of what the programs find: the lanes of an extent, and the zeros among the counted. */
const [extentLanes, zeroLanes] = [0, 3 * lanes * 4]
/** Above this many elements sums of magnitudes are made outside the module, whose memory ends at 4 GiB. */
const maxSummedElements = 1 << 29

/** Kernels in WebAssembly, or in plain TypeScript where its 128-bit vectors are missing. The results are equal. */
export function createKernels(): Kernels {
  const module = instantiate()
  if (module === undefined) return portableKernels
  const { run } = module
  const memory = workspace(module.memory)
  /** Of what is held. */
  let knownExtent: Extent | undefined

  const beginExtent = (): void => {
    const { floats, ints } = memory
    floats.fill(Infinity, 0, lanes)
    floats.fill(-Infinity, lanes, 2 * lanes)
    ints.fill(0, 2 * lanes, 3 * lanes)
  }

  const readExtent = (): Extent => {
    const { floats, ints } = memory
    if (ints.subarray(2 * lanes, 3 * lanes).some((mask) => mask !== 0)) return { min: NaN, max: NaN }
    return { min: Math.min(...floats.subarray(0, lanes)), max: Math.max(...floats.subarray(lanes, 2 * lanes)) }
  }

  const extentOf = (values: Float32Array): Extent => {
    beginExtent()
    for (let at = 0; at < values.length; at += chunkElements) {
      const lastOfChunk = values[Math.min(at + chunkElements, values.length) - 1]!
      run.extent(firstChunk, memory.place(values, at, firstChunk, lastOfChunk), extentLanes)
    }
    return readExtent()
  }

  /** Counts in the module's memory. */
  const countBins = (values: Float32Array, { counts, width }: Binning, withExtent: boolean): void => {
    const bins = counts.length
    const { parts, partInts } = partsOf(bins)
    memory.reserve(openEnd + parts * partInts * 4)
    memory.ints.fill(0, openEnd / 4, openEnd / 4 + parts * partInts)
    memory.ints.fill(0, zeroLanes / 4, zeroLanes / 4 + lanes)
    const stride = parts === 1 ? 0 : partInts * 4
    for (let at = 0; at < values.length; at += chunkElements) {
      // Fillers are zeros, and zeros are taken out of bin 0 in the end.
      const end = memory.place(values, at, firstChunk, 0)
      if (withExtent) run.countBinsAndExtent(firstChunk, end, width, bins, openEnd, stride, zeroLanes, slots, extentLanes)
      else run.countBins(firstChunk, end, width, bins, openEnd, stride, zeroLanes, slots)
    }
  }

  /** What {@link countBins} found. */
  const addBins = (counts: Int32Array): void => {
    const bins = counts.length
    const { parts, partInts } = partsOf(bins)
    if (parts > 1) run.addParts(openEnd, openEnd + partInts * 4, partInts * 4, parts)
    const sums = memory.ints.subarray(openEnd / 4, openEnd / 4 + bins)
    for (let bin = 0; bin < bins; bin++) counts[bin]! += sums[bin]!
    for (const zeros of memory.ints.subarray(zeroLanes / 4, zeroLanes / 4 + lanes)) counts[0]! -= zeros
  }

  /** The extent, and the counts in the module's memory. */
  const countAndExtent = (values: Float32Array, guess: Binning): Extent => {
    beginExtent()
    countBins(values, guess, true)
    return readExtent()
  }

  const holding = (values: Float32Array, work: () => void): void => {
    const outer = knownExtent
    if (!memory.holds(values)) knownExtent = undefined
    try {
      memory.holding(values, work)
    } finally {
      if (!memory.holds(values)) knownExtent = outer
    }
  }

  return {
    holding,

    extent(values) {
      if (values.length < smallElements) return portableKernels.extent(values)
      return memory.holds(values) ? (knownExtent ??= extentOf(values)) : extentOf(values)
    },

    count(values, choose, guess) {
      if (values.length < smallElements) return portableKernels.count(values, choose)
      holding(values, () => {
        // A filler would be a part of the extent.
        const guessed =
          knownExtent === undefined && values.length % lanes === 0 && guess !== undefined && isCountable(guess) ? guess : undefined
        knownExtent ??= guessed === undefined ? extentOf(values) : countAndExtent(values, guessed)
        const binning = choose(knownExtent)
        if (binning === undefined) return
        if (!isCountable(binning)) return portable.countBins(values, binning.width, binning.counts)
        if (binning.counts !== guessed?.counts || binning.width !== guessed.width) countBins(values, binning, false)
        addBins(binning.counts)
      })
    },

    outside(values, bounds, take) {
      if (values.length < smallElements) portableKernels.outside(values, bounds, take)
      else outside(memory, run, values, bounds, take)
    },

    magnitudes(values) {
      if (values.length < smallElements || values.length > maxSummedElements) return portableKernels.magnitudes(values)
      return magnitudes(memory, run, values)
    },

    another: createKernels,
    room: (lengths) => memory.room(lengths).map((array, i) => array ?? new Float32Array(lengths[i]!)),

    fakeQuantize: (values, scale, into) => fakeQuantize(memory, run, values, scale, into),
    squaredDistance: (a, b) => squaredDistance(memory, run, a, b),
  }
}

const isCountable = ({ counts }: Binning): boolean => counts.length <= maxBins

/** How counters stand in the module's memory. One more per part takes what lies beyond the last bin; parts are whole vectors. */
function partsOf(bins: number): { readonly parts: number; readonly partInts: number } {
  return { parts: bins <= maxSeparateBins ? lanes : 1, partInts: Math.ceil((bins + 1) / lanes) * lanes }
}

function portableExtent(values: Float32Array): Extent {
  return values.length < smallElements ? portable.extent(values) : portable.extentOfLanes(values)
}

/** The same in plain TypeScript. */
export const portableKernels: Kernels = {
  holding: (_, work) => work(),
  outside: portableTails.outside,
  magnitudes: portableTails.magnitudes,
  extent: portableExtent,
  count(values, choose) {
    const binning = choose(portableExtent(values))
    if (binning !== undefined) portable.countBins(values, binning.width, binning.counts)
  },
  another: () => portableKernels,
  room: (lengths) => lengths.map((length) => new Float32Array(length)),
  fakeQuantize: portable.fakeQuantize,
  squaredDistance: portable.squaredDistance,
}

function instantiate(): { readonly memory: WasmMemory; readonly run: Programs } | undefined {
  const host = wasmHost()
  if (host === undefined) return undefined
  try {
    const memory = new host.Memory({ initial: firstPages, maximum: 65536 })
    const { exports } = new host.Instance(new host.Module(Uint8Array.from(atob(kernelsModule), (letter) => letter.charCodeAt(0))), {
      env: { memory },
    })
    return { memory, run: exports as Programs }
  } catch {
    // A host that knows no 128-bit vectors refuses the module.
    return undefined
  }
}
