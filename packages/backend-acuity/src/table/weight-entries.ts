import type { Tensor, TensorType } from '@q/ir'
import { biasFits, extentOf, largestOf, roomForBias } from '@q/ir/lowering'
import type { TableEntry } from '../files/quantize-table/quantize-table.ts'
import { affineBiasScale } from '../numbers/format-of-bias.ts'
import { asymmetricFormat, fixedPointFormat, symmetricFormat, withZero } from '../numbers/format-of-range.ts'
import type { AcuityMode } from '../target.ts'

/** Weights, and where their output channels lie. */
export interface WeightsOfLayer {
  readonly weights: Tensor
  /** `outermost` of filters, `innermost` of a matrix. */
  readonly axis: 'outermost' | 'innermost'
  readonly channels: number
}

/** The entry of the weights of a layer by its mode; nothing where it is computed in floats. */
export function weightEntry(mode: AcuityMode, { weights, axis, channels }: WeightsOfLayer): TableEntry | undefined {
  const data = weights.data as Float32Array
  const range = extentOf(data)
  if (mode === 'UINT8') {
    const { scale, zeroPoint } = asymmetricFormat(withZero(range), 'u8')
    return { qtype: 'u8', quantizer: 'asymmetric_affine', rounding: 'rtne', ...range, scale: [scale], zeroPoint: [zeroPoint] }
  }
  if (mode === 'SYM8') {
    const { scale } = symmetricFormat(range, 'i8')
    return { qtype: 'i8', quantizer: 'symmetric_affine', rounding: 'rtne', ...range, scale: [scale], zeroPoint: [0] }
  }
  if (mode === 'DFP8' || mode === 'DFP16') {
    const qtype = mode === 'DFP8' ? 'i8' : 'i16'
    return { qtype, quantizer: 'dynamic_fixed_point', rounding: 'rtne', ...range, fl: [fixedPointFormat(range, qtype).fl] }
  }
  if (mode !== 'PCQ') return undefined
  const scale = Array.from(
    { length: channels },
    (_, channel) => symmetricFormat(extentOf(slice(data, channel, { axis, channels })), 'i8').scale,
  )
  return { qtype: 'i8', quantizer: 'perchannel_symmetric_affine', rounding: 'rtne', scale, channelDim: axis === 'outermost' ? 0 : -1 }
}

function slice(data: Float32Array, channel: number, { axis, channels }: Pick<WeightsOfLayer, 'axis' | 'channels'>): Float32Array {
  const size = data.length / channels
  if (axis === 'outermost') return data.subarray(channel * size, (channel + 1) * size)
  return Float32Array.from({ length: size }, (_, i) => data[i * channels + channel]!)
}

/** What the bias of a layer is added to. */
export interface BiasedSums {
  readonly bias: Float32Array
  /** Types of what the layer reads and of what it makes. */
  readonly input: TensorType
  readonly result: TensorType
}

/**
 * The entry on scales by which the bias of each channel has a code: filters that are nearly dead, far below their bias, are widened as the lowering of `@q/ir` widens them. The
 * same entry where every bias has a code, or where results would show it.
 */
export function withRoomForBias(entry: TableEntry, own: WeightsOfLayer, { bias, input, result }: BiasedSums): TableEntry {
  const { scale: scales, zeroPoint = [] } = entry
  if (scales === undefined || zeroPoint.some((zero) => zero !== 0) || input.quant === undefined) return entry
  const { scale } = input.quant
  const data = own.weights.data as Float32Array
  const fits = biasFits(
    bias,
    scales.map((each) => each * scale),
    { rounding: 'half-to-even' },
  )
  if (fits.every(Boolean)) return entry
  const slices = scales.length === 1 ? [data] : scales.map((_, channel) => slice(data, channel, own))
  const largest = slices.map((each) => largestOf(extentOf(each)))
  const least = roomForBias({ bias, fits, largest, taps: data.length / own.channels, operand: input, result, dtype: 'i32' })
  return least === undefined ? entry : { ...entry, scale: scales.map((each, i) => Math.max(each, Math.fround(least[i]!))) }
}

/** The entry of a bias by those of what its layer reads and of its weights. */
export function biasEntry(input: TableEntry, weight: TableEntry): TableEntry {
  const { quantizer } = weight
  if (quantizer === 'dynamic_fixed_point') {
    return {
      qtype: weight.qtype === 'i16' ? 'i64' : 'i32',
      quantizer,
      rounding: 'rtne',
      fl: [(input.fl?.[0] ?? 0) + (weight.fl?.[0] ?? 0)],
    }
  }
  const scale = (weight.scale ?? []).map((each) => affineBiasScale({ scale: input.scale?.[0] ?? 0 }, { scale: each }))
  if (weight.channelDim !== undefined) return { qtype: 'i32', quantizer, rounding: 'rtne', scale, channelDim: 0 }
  return { qtype: 'i32', quantizer, rounding: 'rtne', scale, zeroPoint: [0] }
}
