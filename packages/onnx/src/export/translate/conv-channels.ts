import type { Attrs, Tensor, TensorType } from '@q/ir'
import { channelSlice } from './integer-weights.ts'
import type { Requantization } from './requantize-sums.ts'
import type { Translation } from './translator.ts'

/** What all ways to compute a convolution need. */
export interface Convolution {
  readonly x: string
  readonly xType: TensorType
  readonly weights: Tensor
  readonly weightZero: number
  /** Shape of the result with all its spatial axes. */
  readonly shape: readonly number[]
  readonly window: Attrs
  /** Number added to `sum (x - zero point) * w` for each channel. */
  readonly bias: Float64Array
  /** Largest magnitude of these sums for each channel. */
  readonly bounds: Float64Array
}

/** Elements whose requantization in double precision stays in a processor's second-level cache. */
const tileElements = 128 * 1024

/**
 * A large result in slices of channels: its requantization goes over the sums several times, which costs half as much
 * from a near cache.
 */
export function inTiles(
  conv: Convolution,
  r: Requantization,
  t: Translation,
): readonly { readonly conv: Convolution; readonly r: Requantization }[] {
  const { x, weights, shape, window, bias, bounds } = conv
  const channels = shape[1]!
  const isDepthwise = isByChannel(conv, t)
  const elements = shape.reduce((product, dim) => product * dim, 1)
  if (elements < 4 * tileElements || shape[0] !== 1 || !(window['group'] === 1 || isDepthwise)) return [{ conv, r }]
  // Blocks of 16 channels suit the kernels.
  const step = 16 * Math.max(1, Math.round((channels * tileElements) / elements / 16))
  return Array.from({ length: Math.ceil(channels / step) }, (_, i) => {
    const from = i * step
    const to = Math.min(channels, from + step)
    const part = <T>(items: readonly T[]) => (items.length === channels ? items.slice(from, to) : items)
    return {
      conv: {
        ...conv,
        x: isDepthwise ? channelsOf(t, x, from, to) : x,
        weights: channelSlice(weights, from, to),
        shape: [shape[0]!, to - from, ...shape.slice(2)],
        window: isDepthwise ? { ...window, group: to - from } : window,
        bias: bias.subarray(from, to),
        bounds: bounds.subarray(from, to),
      },
      r: {
        ...r,
        multipliers: part(r.multipliers),
        shifts: part(r.shifts),
        bounds: bounds.subarray(from, to),
        bias: bias.subarray(from, to),
      },
    }
  })
}

const isByChannel = ({ x, weights, shape, window }: Convolution, { build }: Translation): boolean =>
  window['group'] === shape[1] && weights.shape[1] === 1 && build.typeOf(x).shape[1] === shape[1]

/** Whether {@link pickedChannels} takes a convolution. */
export function canPick(conv: Convolution, t: Translation): boolean {
  return conv.shape[0] === 1 && (conv.window['group'] === 1 || isByChannel(conv, t))
}

/** A convolution that gives some of the channels alone, and their requantization. */
export function pickedChannels(
  conv: Convolution,
  r: Requantization,
  channels: readonly number[],
  t: Translation,
): { readonly conv: Convolution; readonly r: Requantization } {
  const all = conv.shape[1]!
  const part = (items: readonly number[]) => (items.length === all ? channels.map((channel) => items[channel]!) : items)
  const [bias, bounds] = [conv.bias, conv.bounds].map((items) => Float64Array.from(channels, (channel) => items[channel]!))
  const isDepthwise = isByChannel(conv, t)
  return {
    conv: {
      ...conv,
      x: isDepthwise ? gathered(t, conv.x, channels) : conv.x,
      weights: pickedSlices(conv.weights, channels),
      shape: [conv.shape[0]!, channels.length, ...conv.shape.slice(2)],
      window: isDepthwise ? { ...conv.window, group: channels.length } : conv.window,
      bias: bias!,
      bounds: bounds!,
    },
    r: { ...r, multipliers: part(r.multipliers), shifts: part(r.shifts), bounds: bounds!, bias: bias! },
  }
}

/** How many places a channel of the result has. */
export function placesOf({ shape }: Convolution): number {
  return shape.slice(2).reduce((product, dim) => product * dim, 1)
}

function pickedSlices({ dtype, shape, data }: Tensor, slices: readonly number[]): Tensor {
  const each = data.length / shape[0]!
  const picked = (data as Int8Array).slice(0, slices.length * each)
  slices.forEach((slice, i) => {
    picked.set((data as Int8Array).subarray(slice * each, (slice + 1) * each), i * each)
  })
  return { dtype, shape: [slices.length, ...shape.slice(1)], data: picked }
}

function gathered({ build }: Translation, x: string, channels: readonly number[]): string {
  const { dtype, shape } = build.typeOf(x)
  const places = build.numbers('i64', channels, [channels.length])
  return build.node('Gather', [x, places], { dtype, shape: shape.map((dim, i) => (i === 1 ? channels.length : dim)) }, { axis: 1 })
}

function channelsOf({ build }: Translation, x: string, from: number, to: number): string {
  const { dtype, shape } = build.typeOf(x)
  const i64 = (value: number) => build.numbers('i64', [value])
  return build.node('Slice', [x, i64(from), i64(to), i64(1)], { dtype, shape: shape.map((dim, i) => (i === 1 ? to - from : dim)) })
}

/** Slices of a result along its channels, put together. */
export function joined({ build }: Translation, tiles: readonly string[], shape: readonly number[]): string {
  return tiles.length === 1 ? tiles[0]! : build.node('Concat', tiles, { dtype: build.typeOf(tiles[0]!).dtype, shape }, { axis: 1 })
}
