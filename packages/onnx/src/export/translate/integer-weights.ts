import type { Tensor } from '@q/ir'
import type { WeightForm } from '../kernel-forms.ts'
import { toCarrier } from '../onnx/carriers.ts'
import type { Translation } from './translator.ts'

/** A constant factor in the storage that an integer kernel takes. */
export interface WeightOperand {
  readonly name: string
  readonly dtype: 'i8' | 'u8'
  /** Zero point of that storage. */
  readonly zero: number
}

/** A weight of that zero point in the wanted storage; unsigned weights stay as they are. */
export function weightOperand({ build }: Translation, tensor: Tensor, form: WeightForm, zero = 0): WeightOperand {
  if (tensor.dtype === 'u8') return { name: build.constant(tensor), zero, dtype: 'u8' }
  if (form === 'i8') return { name: build.constant(tensor), zero, dtype: 'i8' }
  return { name: build.constant(unsignedOf(tensor)), zero: 128 + zero, dtype: 'u8' }
}

/** What was made of weights; the same ones are loaded again and again in many small sections. */
const unsigned = new WeakMap<Tensor, Tensor>()
const sumsOf = new WeakMap<Tensor, ChannelSums>()
const turned = new WeakMap<Tensor, Tensor>()
const floats = new WeakMap<Tensor, Tensor>()
const slices = new WeakMap<Tensor, Map<string, Tensor>>()
const largest = new WeakMap<Tensor, number>()

function unsignedOf(tensor: Tensor): Tensor {
  const known = unsigned.get(tensor)
  if (known !== undefined) return known
  const made = toCarrier(tensor)
  unsigned.set(tensor, made)
  return made
}

/** Sums over the weights of each output channel: of the weights, and of their magnitudes. */
export interface ChannelSums {
  readonly sums: Float64Array
  readonly magnitudes: Float64Array
}

/** Sums over the weights of each output channel, the first axis. */
export function channelSums(weights: Tensor): ChannelSums {
  const known = sumsOf.get(weights)
  if (known !== undefined) return known
  const channels = weights.shape[0]!
  const codes = weights.data as Int8Array
  const each = codes.length / channels
  const sums = new Float64Array(channels)
  const magnitudes = new Float64Array(channels)
  for (let c = 0; c < channels; c++) {
    let sum = 0
    let magnitude = 0
    for (let i = c * each; i < (c + 1) * each; i++) {
      const w = codes[i]!
      sum += w
      magnitude += w < 0 ? -w : w
    }
    sums[c] = sum
    magnitudes[c] = magnitude
  }
  const made = { sums, magnitudes }
  sumsOf.set(weights, made)
  return made
}

/** The largest magnitude among numbers. */
export function largestMagnitude(numbers: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, Math.abs(numbers[i]!))
  return most
}

/** The largest magnitude among the codes of a constant. */
export function largestCode(tensor: Tensor): number {
  const known = largest.get(tensor)
  if (known !== undefined) return known
  const found = largestMagnitude(tensor.data as Int8Array)
  largest.set(tensor, found)
  return found
}

/** The codes of a weight without their zero point, as float32 numbers. */
export function floatsOf(tensor: Tensor, zero = 0): Tensor {
  const known = floats.get(tensor)
  if (zero === 0 && known !== undefined) return known
  const made: Tensor = { dtype: 'f32', shape: tensor.shape, data: Float32Array.from(tensor.data as Int8Array, (code) => code - zero) }
  if (zero === 0) floats.set(tensor, made)
  return made
}

/** The weights of the output channels `from` to `to`, the last one left out. */
export function channelSlice(weights: Tensor, from: number, to: number): Tensor {
  const known = slices.get(weights) ?? new Map<string, Tensor>()
  slices.set(weights, known)
  const key = `${from} ${to}`
  const each = weights.data.length / weights.shape[0]!
  const made = known.get(key) ?? {
    dtype: weights.dtype,
    shape: [to - from, ...weights.shape.slice(1)],
    data: weights.data.subarray(from * each, to * each),
  }
  known.set(key, made)
  return made
}

/** A weight `[channels, inputs, 1, …]` as the matrix `[inputs, channels]`. */
export function turnedOf(weights: Tensor): Tensor {
  const known = turned.get(weights)
  if (known !== undefined) return known
  const codes = weights.data as Int8Array
  const channels = weights.shape[0]!
  const inputs = weights.shape[1]!
  const data = codes.slice()
  for (let i = 0, to = 0; i < inputs; i++) for (let from = i; from < codes.length; from += inputs) data[to++] = codes[from]!
  const made = { dtype: weights.dtype, shape: [inputs, channels], data }
  turned.set(weights, made)
  return made
}
