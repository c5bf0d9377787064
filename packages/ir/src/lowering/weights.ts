import type { CodeStorage } from '../contracts/scheme.ts'
import { QError } from '../errors.ts'
import type { TensorType } from '../graph/types.ts'
import { codeParams } from '../number/quant-params.ts'
import { type RoundingMode, roundTo } from '../number/rounding.ts'
import { integerRange, saturate } from '../number/saturate.ts'
import type { LowerContext } from '../resolve/lower-context.ts'
import { storageArray } from '../tensor/tensor.ts'
import { type Extent, extentOf, hasNegative, largestOf } from './extent.ts'

/** Integer types of weights. */
export type WeightType = 'i4' | 'u4' | 'i8' | 'u8' | 'i16' | 'u16'

/** Element types that codes of weights are kept in; four bits travel in bytes. */
const stored = { i4: 'i8', u4: 'u8', i8: 'i8', u8: 'u8', i16: 'i16', u16: 'u16' } as const

/** Scale and zero point of one slice of weights. */
export interface WeightParams {
  /** `w = (code - zeroPoint) * scale`; above 0 */
  readonly scale: number
  /** @default 0 */
  readonly zeroPoint?: number
}

/** How weights become codes. */
export interface WeightForm {
  readonly dtype: WeightType
  /** Slices with a scale each. @default 1: one scale for all */
  readonly channels?: number
  /** Slices lie one behind the other (filters), or element by element in turn (columns of a matrix). @default 'outermost' */
  readonly axis?: 'outermost' | 'innermost'
  /** @default 'half-away-from-zero' */
  readonly rounding?: RoundingMode
  /** Scale and zero point from the extent of a slice. @default {@link symmetricParams} */
  readonly paramsOf?: (extent: Extent, dtype: WeightType) => WeightParams
  /** Scales that those of the slices are not to be below, one for each; their extents are widened until they are not. @default none */
  readonly leastScales?: readonly number[]
}

/** Codes of weights; a scale and a zero point for each slice. */
export interface WeightCodes {
  readonly codes: Int8Array | Uint8Array | Int16Array | Uint16Array
  /** The element type of `codes`. */
  readonly dtype: (typeof stored)[WeightType]
  readonly scales: readonly number[]
  readonly zeroPoints: readonly number[]
  /** The smallest and the largest number of each slice. */
  readonly extents: readonly Extent[]
}

/** The largest magnitude is the largest code: scale = largest / (2^(bits-1) - 1), or / (2^bits - 1) unsigned; 1 for a slice of zeros. */
export function symmetricParams(extent: Extent, dtype: WeightType): WeightParams {
  return { scale: largestOf(extent) / integerRange(dtype).max || 1 }
}

/** Codes of weights: `saturate(round(w / scale) + zero point)`, scale and zero point of each slice. */
export function quantizeWeights(
  weights: Float32Array,
  { dtype, channels = 1, axis = 'outermost', rounding = 'half-away-from-zero', paramsOf = symmetricParams, leastScales = [] }: WeightForm,
): WeightCodes {
  const size = weights.length / channels
  const codes = new storageArray[stored[dtype]](weights.length)
  const scales: number[] = []
  const zeroPoints: number[] = []
  const extents: Extent[] = []
  for (let channel = 0; channel < channels; channel++) {
    const [first, step] = axis === 'outermost' ? [channel * size, 1] : [channel, channels]
    const slice = axis === 'outermost' ? weights.subarray(first, first + size) : column(weights, channel, channels)
    const extent = extentOf(slice)
    extents.push(extent)
    const { scale, zeroPoint = 0 } = paramsWithin(extent, leastScales[channel] ?? 0, (extent) => paramsOf(extent, dtype))
    scales.push(scale)
    zeroPoints.push(zeroPoint)
    for (let i = 0; i < size; i++) codes[first + i * step] = saturate(roundTo(slice[i]! / scale, rounding) + zeroPoint, dtype)
  }
  return { codes, dtype: stored[dtype], scales, zeroPoints, extents }
}

function paramsWithin(extent: Extent, least: number, paramsOf: (extent: Extent) => WeightParams): WeightParams {
  const params = paramsOf(extent)
  if (params.scale >= least) return params
  const factor = least / params.scale
  return extent.min === 0 && extent.max === 0 ? { scale: least } : paramsOf({ min: extent.min * factor, max: extent.max * factor })
}

/** Every `step`th element from `first` on. */
function column(weights: Float32Array, first: number, step: number): Float32Array {
  const elements = new Float32Array(weights.length / step)
  for (let i = 0; i < elements.length; i++) elements[i] = weights[first + i * step]!
  return elements
}

/** How numbers become codes of a storage, all by one scale: a form for {@link quantizeWeights}. Zeros have the scale 1. */
export function storedForm(
  numbers: Float32Array,
  { bits, sign, zeroPoint, scale = 'exact', arithmetic = 'double' }: CodeStorage,
  rounding: RoundingMode,
): WeightForm {
  const signed = sign === 'signed' || (sign === 'by-range' && hasNegative(numbers))
  return {
    dtype: `${signed ? 'i' : 'u'}${bits}`,
    rounding,
    paramsOf(extent) {
      if (extent.min === 0 && extent.max === 0) return { scale: 1 }
      return codeParams(extent, { bits, zeroPoint, scale, arithmetic, sign: signed ? 'signed' : 'unsigned' })
    },
  }
}

/**
 * How the scheme of the context stores `weights` of `channels` slices: a form for {@link quantizeWeights}.
 *
 * @throws QError `WEIGHTS_NEGATIVE` where some are below 0 and the scheme has no codes for them
 */
export function weightFormOf(
  weights: Float32Array,
  channels: number,
  { integers }: LowerContext,
  axis: WeightForm['axis'] = 'outermost',
): WeightForm {
  const { sign, zeroPoint } = integers.weights
  if (sign === 'unsigned' && zeroPoint === 'none') checkNotNegative(weights)
  const form = storedForm(weights, integers.weights, integers.rounding.weight)
  return { ...form, channels: integers.weights.granularity === 'per-axis' ? channels : 1, axis }
}

function checkNotNegative(weights: Float32Array): void {
  const at = weights.findIndex((weight) => weight < 0)
  if (at < 0) return
  throw new QError('WEIGHTS_NEGATIVE', 'weights are below 0, and the scheme stores them as unsigned codes without a zero point', {
    found: `${weights[at]} at ${at}`,
    wanted: 'weights of 0 and more, or a scheme with codes for others',
    hint: "give the scheme weights with sign: 'signed' or 'by-range', or with a zeroPoint of 'middle' or 'by-range'; else keep the layer in a float mode in the quantization table",
  })
}

/** The type of codes of weights; scales and zero points stand in it when there is a zero point. @param axis of the slices */
export function weightTypeOf({ dtype, scales, zeroPoints }: Omit<WeightCodes, 'extents'>, shape: readonly number[], axis = 0): TensorType {
  if (zeroPoints.every((each) => each === 0)) return { dtype, shape }
  const quant = { scale: scales[0]!, zeroPoint: zeroPoints[0]!, expressed: 'f32' } as const
  return { dtype, shape, quant: scales.length === 1 ? quant : { ...quant, axis, scales, zeroPoints } }
}
