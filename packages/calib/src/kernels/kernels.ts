import { kernelsModule } from '../generated/kernels-module.ts'
import * as portable from './portable.ts'
import type { WasmMemory } from './wasm-host.ts'
import { wasmHost } from './wasm-host.ts'

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

/** The loops over tensor elements that calibration spends its time in. Not to be called re-entrantly. */
export interface Kernels {
  /**
   * Finds the extent of `values`, asks `choose` for bins, and adds the bins of the non-zero elements to its counts.
   *
   * Bin `floor(f32(f32(|x| / f32(width)) + 0.5))`, quotient and sum rounded to float32 as NumPy does for an array divided
   * by a scalar: a reciprocal would move elements near a border. Elements beyond the last bin are not counted. The extent
   * is NaN when an element is NaN, `+Infinity .. -Infinity` for an empty array. Of zeros of both signs either may be the extent, but
   * the same in all implementations.
   */
  count(values: Float32Array, choose: (extent: Extent) => Binning | undefined): void
  /** Writes `clamp(nearestEven(f32(x * scale)), -128, 127) / scale`, in float32 arithmetic, to `into`. */
  fakeQuantize(values: Float32Array, scale: number, into: Float32Array): void
  /**
   * Sum of the squares of `f32(a - b)`, in float64: blocks of 2^19 elements one after the other, in each of them four running sums of every
   * fourth element, added as (0 + 2) + (1 + 3).
   */
  squaredDistance(a: Float32Array, b: Float32Array): number
}

interface Programs {
  readonly extent: (from: number, to: number, out: number) => void
  readonly countBins: (from: number, to: number, width: number, last: number, counts: number, stride: number, zeros: number) => void
  readonly fakeQuantize: (from: number, to: number, scale: number, out: number) => void
  readonly squaredDistance: (from: number, to: number, other: number) => number
}

const lanes = 4
/** Elements worked on at a time; bounds the memory whatever the size of a tensor, and part of how distances are summed. */
const chunkElements = portable.blockElements
/** Below this many elements the way into the module costs more than the loop. */
const smallElements = portable.smallElements
/** Up to this many bins each vector lane has counters of its own, so neighbouring equal elements need not wait for each other. */
const maxSeparateBins = 1 << 14
/** The module finds bins as float32 bit patterns below 2^23. */
const maxBins = (1 << 23) - 1

const pageBytes = 65536
const scratchBytes = 64
const firstChunk = scratchBytes
const secondChunk = firstChunk + chunkElements * 4
const counters = secondChunk + chunkElements * 4

/** Kernels in WebAssembly, or in plain TypeScript where its 128-bit vectors are missing. The results are equal. */
export function createKernels(): Kernels {
  const module = instantiate()
  if (module === undefined) return portableKernels
  const { memory, run } = module

  let floats = new Float32Array(memory.buffer)
  let ints = new Int32Array(memory.buffer)
  const reserve = (bytes: number): void => {
    const missing = bytes - memory.buffer.byteLength
    if (missing <= 0) return
    memory.grow(Math.ceil(missing / pageBytes))
    floats = new Float32Array(memory.buffer)
    ints = new Int32Array(memory.buffer)
  }

  /** Copies a chunk in, filled up to whole vectors, and returns the address behind it. */
  const place = (chunk: Float32Array, address: number, filler: number): number => {
    floats.set(chunk, address / 4)
    const end = address / 4 + chunk.length
    const whole = roundUp(chunk.length, lanes)
    floats.fill(filler, end, address / 4 + whole)
    return address + whole * 4
  }

  const extent = (values: Float32Array): Extent => {
    floats.fill(Infinity, 0, lanes)
    floats.fill(-Infinity, lanes, 2 * lanes)
    ints.fill(0, 2 * lanes, 3 * lanes)
    for (let at = 0; at < values.length; at += chunkElements) {
      const chunk = values.subarray(at, at + chunkElements)
      run.extent(firstChunk, place(chunk, firstChunk, chunk[chunk.length - 1]!), 0)
    }
    if (ints.subarray(2 * lanes, 3 * lanes).some((mask) => mask !== 0)) return { min: NaN, max: NaN }
    return { min: Math.min(...floats.subarray(0, lanes)), max: Math.max(...floats.subarray(lanes, 2 * lanes)) }
  }

  return {
    count(values, choose) {
      if (values.length < smallElements) return portableKernels.count(values, choose)
      const binning = choose(extent(values))
      if (binning === undefined) return
      const { counts, width } = binning
      const bins = counts.length
      if (bins > maxBins) return portable.countBins(values, width, counts)
      const parts = bins <= maxSeparateBins ? lanes : 1
      // One counter more per part takes what lies beyond the last bin.
      const partInts = bins + 1
      reserve(counters + parts * partInts * 4)
      ints.fill(0, counters / 4, counters / 4 + parts * partInts)
      ints.fill(0, 0, lanes)
      for (let at = 0; at < values.length; at += chunkElements) {
        // A tensor of one chunk still stands in memory since its extent was taken; only its filler must not be counted.
        const chunk = values.subarray(at, at + chunkElements)
        const end = values.length <= chunkElements ? blank(chunk.length) : place(chunk, firstChunk, 0)
        run.countBins(firstChunk, end, width, bins, counters, parts === 1 ? 0 : partInts * 4, 0)
        // Fillers are zeros, and zeros are taken out of bin 0 below.
      }
      for (let part = 0; part < parts; part++) {
        const from = counters / 4 + part * partInts
        for (let bin = 0; bin < bins; bin++) counts[bin]! += ints[from + bin]!
      }
      counts[0]! -= ints[0]! + ints[1]! + ints[2]! + ints[3]!
    },

    fakeQuantize(values, scale, into) {
      for (let at = 0; at < values.length; at += chunkElements) {
        const chunk = values.subarray(at, at + chunkElements)
        run.fakeQuantize(firstChunk, place(chunk, firstChunk, 0), scale, secondChunk)
        into.set(floats.subarray(secondChunk / 4, secondChunk / 4 + chunk.length), at)
      }
    },

    squaredDistance(a, b) {
      let sum = 0
      for (let at = 0; at < a.length; at += chunkElements) {
        place(b.subarray(at, at + chunkElements), secondChunk, 0)
        sum += run.squaredDistance(firstChunk, place(a.subarray(at, at + chunkElements), firstChunk, 0), secondChunk)
      }
      return sum
    },
  }

  function blank(length: number): number {
    const whole = roundUp(length, lanes)
    floats.fill(0, firstChunk / 4 + length, firstChunk / 4 + whole)
    return firstChunk + whole * 4
  }
}

/** The same in plain TypeScript. */
export const portableKernels: Kernels = {
  count(values, choose) {
    const binning = choose(values.length < smallElements ? portable.extent(values) : portable.extentOfLanes(values))
    if (binning !== undefined) portable.countBins(values, binning.width, binning.counts)
  },
  fakeQuantize: portable.fakeQuantize,
  squaredDistance: portable.squaredDistance,
}

function instantiate(): { readonly memory: WasmMemory; readonly run: Programs } | undefined {
  const host = wasmHost()
  if (host === undefined) return undefined
  try {
    const memory = new host.Memory({ initial: Math.ceil(counters / pageBytes), maximum: 65536 })
    const { exports } = new host.Instance(new host.Module(Uint8Array.from(atob(kernelsModule), (letter) => letter.charCodeAt(0))), {
      env: { memory },
    })
    return { memory, run: exports as Programs }
  } catch {
    // A host that knows no 128-bit vectors refuses the module.
    return undefined
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}
