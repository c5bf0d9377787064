import type { Attrs, Tensor } from '@q/ir'
import { type WeightsOfLayer, weightEntry } from '../table/weight-entries.ts'
import type { AcuityMode } from '../target.ts'

/** What is known of a layer with rounded weights. */
interface RoundedLayer {
  readonly own: WeightsOfLayer
  /** Of the weights, in their order. */
  readonly codes: Tensor
  readonly mode: AcuityMode
  /** Means of the channels of what the layer reads. */
  readonly mean: ArrayLike<number>
}

/**
 * What rounding its weights takes from the mean of each output channel of a layer: the errors of the weights times the means of what they meet. Nothing in a mode without
 * codes.
 */
export function lostFromMean(op: string, attrs: Attrs, { own, codes, mode, mean }: RoundedLayer): Float32Array | undefined {
  const errors = errorsOf(own, mode, codes)
  if (errors === undefined) return undefined
  const { channels, axis } = own
  const size = errors.length / channels
  const group = op === 'Conv' ? Number(attrs['group']) : 1
  const taps = op === 'Conv' ? own.weights.shape.slice(2).reduce((product, d) => product * d, 1) : 1
  const inputs = size / taps
  const perGroup = channels / group
  return Float32Array.from({ length: channels }, (_, channel) => {
    const first = Math.floor(channel / perGroup) * inputs
    let sum = 0
    for (let i = 0; i < size; i++)
      sum += errors[axis === 'outermost' ? channel * size + i : i * channels + channel]! * (mean[first + Math.floor(i / taps)] ?? 0)
    return sum
  })
}

/** What rounding took from each weight. */
function errorsOf(own: WeightsOfLayer, mode: AcuityMode, codes: Tensor): Float64Array | undefined {
  const entry = weightEntry(mode, own)
  if (entry === undefined) return undefined
  const scales = entry.fl === undefined ? (entry.scale ?? []) : entry.fl.map((fl) => 2 ** -fl)
  const zeroPoint = entry.zeroPoint?.[0] ?? 0
  const { data } = own.weights
  const size = data.length / own.channels
  return Float64Array.from({ length: data.length }, (_, i) => {
    const channel = own.axis === 'outermost' ? Math.floor(i / size) : i % own.channels
    const scale = scales[scales.length === 1 ? 0 : channel]!
    return Number(data[i]) - (Number(codes.data[i]) - zeroPoint) * scale
  })
}
