import { elementCount, type TensorType } from '@q/ir'
import { hasCodeLimits } from '@q/ir/graph'
import { swapChannels } from '@q/ir/lowering'
import type { KernelCall, Numbers } from '../kernel.ts'
import { num, nums, operand, resultType, zeroPointOf } from '../operands.ts'
import { centred, largestOf } from './codes.ts'
import { checkSums } from './exact-sums.ts'
import { type Slide, slidingSums } from './windows.ts'

/** What becomes of the exact sums of one output channel of one image: `sums` into `to` from `offset` on. */
export type WriteChannel = (sums: Float64Array, channel: number, offset: number) => void

/**
 * The sums `x * w` of a convolution, without bias, channel by channel. Zero points of `w` are taken off; places outside `x` hold
 * its zero point, which is taken off as `zeroPointInSum` says. Integer operands give exact integers.
 *
 * @throws QError `SUM_TOO_LARGE`
 */
export function convolve(call: KernelCall, write: WriteChannel): void {
  const x = operand(call, 0)
  const w = operand(call, 1)
  const strides = nums(call, 'strides')
  const spatial = strides.length
  const places = spatialOf(resultType(call), spatial)
  const pads = nums(call, 'pads')
  const dilations = nums(call, 'dilations')
  const axes = spatialOf(x.type, spatial).map(
    (size, a): Slide => ({
      size,
      places: places[a]!,
      kernel: w.type.shape[a + 2]!,
      stride: strides[a]!,
      dilation: dilations[a] ?? 1,
      begin: pads[a]!,
      spread: 1,
    }),
  )
  sumWindows(call, axes, Float64Array.from(centred(w)), w.type.shape[0]!, write)
}

/**
 * The sums of a transposed convolution: a convolution of stride 1 over `x` with its elements spread by the stride, by
 * the filter turned round. Places between elements and outside hold the zero point of `x`.
 */
export function convolveTransposed(call: KernelCall, write: WriteChannel): void {
  const x = operand(call, 0)
  const w = operand(call, 1)
  const strides = nums(call, 'strides')
  const spatial = strides.length
  const places = spatialOf(resultType(call), spatial)
  const pads = nums(call, 'pads')
  const dilations = nums(call, 'dilations')
  const kernel = w.type.shape.slice(2)
  const axes = spatialOf(x.type, spatial).map((size, a): Slide => {
    const dilation = dilations[a] ?? 1
    return {
      size,
      places: places[a]!,
      kernel: kernel[a]!,
      stride: 1,
      dilation,
      begin: dilation * (kernel[a]! - 1) - pads[a]!,
      spread: strides[a]!,
    }
  })
  const group = num(call, 'group')
  sumWindows(call, axes, turnFilter(centred(w), w.type.shape, group), w.type.shape[1]! * group, write)
}

/** Sums of these results are float32 numbers at every step. */
const isHalf: ReadonlySet<string> = new Set(['f16', 'bf16'])

function sumWindows(call: KernelCall, axes: readonly Slide[], weights: Float64Array, outputs: number, write: WriteChannel): void {
  const x = operand(call, 0)
  const group = num(call, 'group')
  const channels = x.type.shape[1]! / group
  const images = x.type.shape[0]!
  const perGroup = outputs / group
  const plane = elementCount(axes.map((axis) => axis.size))
  const places = elementCount(axes.map((axis) => axis.places))
  const terms = weights.length / outputs
  const zero = zeroPointOf(x.type)
  const taken = call.attrs['zeroPointInSum'] === false ? zero : 0
  if (hasCodeLimits(x.type.dtype)) checkSums(call, terms, largestOf(x.data) + Math.abs(zero), largestOf(weights))
  const windows = slidingSums(channels, axes, zero, taken, isHalf.has(resultType(call).dtype))
  const sums = new Float64Array(places)
  for (let n = 0; n < images; n++) {
    for (let g = 0; g < group; g++) {
      windows.load(x.data, (n * group + g) * channels * plane)
      for (let m = g * perGroup; m < (g + 1) * perGroup; m++) {
        windows.channel(weights, m * terms, sums)
        write(sums, m, (n * outputs + m) * places)
      }
    }
  }
}

/** `[C, M / group, ...kernel]` to `[M, C / group, ...kernel]` with every kernel turned round. */
function turnFilter(w: Numbers, shape: readonly number[], group: number): Float64Array {
  const [c, perGroup] = shape as readonly [number, number]
  const taps = elementCount(shape.slice(2))
  const turned = swapChannels(Float64Array.from(w), { group, outer: c / group, inner: perGroup })
  for (let from = 0; from < turned.length; from += taps) turned.subarray(from, from + taps).reverse()
  return turned
}

/** The spatial axes; missing ones count 1. */
function spatialOf(type: TensorType, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => type.shape[i + 2] ?? 1)
}
