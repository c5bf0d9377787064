import { elementCount } from '@q/ir'

import type { Numbers } from '../kernel.ts'
import { addWeighted, addWeightedInF32 } from './weighted-sum.ts'

/** How a window slides over one spatial axis. */
export interface Slide {
  /** Elements of the axis, and places the window stands in. */
  readonly size: number
  readonly places: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  /** Padding before the first element; negative when elements are cut off. */
  readonly begin: number
  /** Distance between neighbouring elements in the padded axis (above 1 for transposed convolutions). */
  readonly spread: number
}

/** Sums of one image and one group of channels. */
export interface WindowSums {
  /** The sums of one output channel in C order, into `sums`. */
  channel(weights: Float64Array, first: number, sums: Float64Array): void
  /** Copies the channels of one group of one image in; `offset` is their first element in `data`. */
  load(data: Numbers, offset: number): void
}

/** How many sums stay in the first-level cache. */
const tile = 1024

/**
 * Sliding dot products: every output place is a weighted sum over `channels` x kernel elements.
 *
 * The padded input is stored by phase (elements whose index is the same modulo the stride lie together), so that
 * whatever the stride each kernel element contributes a contiguous run of inputs to all places: one flat loop, no
 * bounds inside. With `inF32` every sum is a float32 number at every step, in C order of channels and kernel elements. `fill` is what stands in the padding and between spread elements; `taken` is taken off it and off every element.
 */
export function slidingSums(channels: number, axes: readonly Slide[], fill: number, taken = 0, inF32 = false): WindowSums {
  const lanes = axes.map(({ size, places, kernel, stride, dilation, begin, spread }) => {
    const reach = (places - 1) * stride + (kernel - 1) * dilation + 1
    const rows = Math.ceil(reach / stride)
    const positions = Int32Array.from({ length: size }, (_, i) => {
      const at = begin + i * spread
      return at < 0 || at >= reach ? -1 : at
    })
    return { rows, stride, positions }
  })
  const phases = elementCount(lanes.map((lane) => lane.stride))
  const rows = lanes.map((lane) => lane.rows)
  const plane = elementCount(rows)
  const values = new Float64Array(channels * phases * plane).fill(fill - taken)
  const taps = elementCount(axes.map((axis) => axis.kernel))
  const offsets = new Int32Array(channels * taps)
  forEachIndex(
    axes.map((axis) => axis.kernel),
    (tapIndex, k) => {
      const at = placeOf(tapIndex.map((i, a) => i * axes[a]!.dilation))
      for (let c = 0; c < channels; c++) offsets[c * taps + k] = c * phases * plane + at
    },
  )
  const length = axes.reduce((last, axis, a) => last * rows[a]! + axis.places - 1, 0) + 1
  const padded = inF32 ? new Float32Array(length) : new Float64Array(length)
  const inputPlane = elementCount(axes.map((axis) => axis.size))
  const targets = new Int32Array(inputPlane).fill(-1)
  forEachIndex(
    axes.map((axis) => axis.size),
    (index, i) => {
      const at = index.map((each, a) => lanes[a]!.positions[each]!)
      if (!at.includes(-1)) targets[i] = placeOf(at)
    },
  )
  const row = axes.at(-1)!.places
  const [outerRows, outerStarts] = rowStarts()

  /** Where a place of the padded input is stored. */
  function placeOf(index: readonly number[]): number {
    let phase = 0
    let place = 0
    index.forEach((at, a) => {
      const { stride } = lanes[a]!
      phase = phase * stride + (at % stride)
      place = place * rows[a]! + Math.floor(at / stride)
    })
    return phase * plane + place
  }

  /** Where each row of output places begins in the flat run of sums. */
  function rowStarts(): readonly [number, Int32Array] {
    const outer = axes.slice(0, -1).map((axis) => axis.places)
    const starts = new Int32Array(elementCount(outer))
    forEachIndex(outer, (index, i) => {
      starts[i] = index.reduce((at, each, a) => at * rows[a]! + each, 0) * rows.at(-1)!
    })
    return [starts.length, starts]
  }

  return {
    load(data, offset) {
      for (let c = 0; c < channels; c++) {
        const to = c * phases * plane
        const from = offset + c * inputPlane
        for (let i = 0; i < inputPlane; i++) {
          const target = targets[i]!
          if (target >= 0) values[to + target] = data[from + i]! - taken
        }
      }
    },
    channel(weights, first, sums) {
      padded.fill(0)
      for (let begin = 0; begin < length; begin += tile) {
        const end = Math.min(length, begin + tile)
        if (padded instanceof Float32Array) addWeightedInF32(padded, values, offsets, weights, first, begin, end)
        else addWeighted(padded, values, offsets, weights, first, offsets.length, begin, end)
      }
      let to = 0
      for (let r = 0; r < outerRows; r++) {
        const from = outerStarts[r]!
        for (let i = 0; i < row; i++) sums[to++] = padded[from + i]!
      }
    },
  }
}

/** Calls `visit` for every index of `shape` in C order with its running number. */
function forEachIndex(shape: readonly number[], visit: (index: readonly number[], running: number) => void): void {
  const index = shape.map(() => 0)
  const count = elementCount(shape)
  for (let i = 0; i < count; i++) {
    visit(index, i)
    for (let a = shape.length - 1; a >= 0 && ++index[a]! >= shape[a]!; a--) index[a] = 0
  }
}
