import type { Attrs, Node, Tensor, TensorType } from '@q/ir'
import { carriedZero, centred, hasSlicedZeros, isByte, reach, takenZero, zeroPointOf } from './codes.ts'
import { reshaped, transposed } from './finish.ts'
import { fullRank, windowAttrs } from './float-window.ts'
import { channelSlice, channelSums, floatsOf, largestMagnitude, turnedOf, weightOperand } from './integer-weights.ts'
import type { Requantization } from './requantize-sums.ts'
import { biased, isExactInDouble, requantizationOf, requantized } from './requantize-sums.ts'
import type { Translate, Translation } from './translator.ts'

/** What all ways to compute a convolution need. */
interface Convolution {
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

/**
 * The sums are taken over `x - zero point`, so that padding contributes nothing; where the operator does not take the zero point
 * off, `zero point * sum of the weights` joins the bias.
 */
export const translateQConv: Translate = (node, t) => {
  const conv = convolutionOf(node, t)
  if (conv === undefined) return undefined
  const attrs = t.attrs(node)
  const type = t.typeOf(node.outputs[0]!)
  const r = requantizationOf(attrs, conv.bounds, conv.bias)
  if (r.kind === 'none') {
    if (type.dtype !== 'i32') return undefined
    const sums = biased(t.build, integerSums(conv, t), conv.bias, 1)
    const active = r.relu ? t.build.node('Max', [sums, t.build.numbers('i32', 0)], t.build.typeOf(sums)) : sums
    return [reshaped(t.build, active, type.shape)]
  }
  const fused = t.precision === 'fast' ? linearConv(conv, type, r, t) : undefined
  if (fused !== undefined) return [reshaped(t.build, fused, type.shape)]
  if (!isExactInDouble(r, type)) return undefined
  const y =
    byMatrixProduct(conv, type, r, t) ?? inTiles(conv, r, t).map((tile) => requantized(t.build, exactSums(tile.conv, t), type, tile.r, 1))
  return [reshaped(t.build, typeof y === 'string' ? y : joined(t, y, conv.shape), type.shape)]
}

function convolutionOf(node: Node, t: Translation): Convolution | undefined {
  const attrs = t.attrs(node)
  const [x, w, b] = node.inputs
  const weights = t.valueOf(w!).constant
  const xType = t.typeOf(x!)
  const given = b === undefined ? undefined : t.valueOf(b).constant
  if (weights === undefined || !isByte(xType.dtype) || !isByte(weights.dtype) || (b !== undefined && given === undefined)) return undefined
  const wType = t.typeOf(w!)
  if (hasSlicedZeros(wType)) return undefined
  const weightZero = zeroPointOf(wType)
  const axes = (attrs['strides'] as readonly number[]).length
  const { sums, magnitudes } = channelSums(weights)
  const terms = weights.data.length / weights.shape[0]!
  const distance = reach(t, x!)
  const zero = zeroPointOf(xType) - takenZero(t, node, x!)
  const bias = sums.map((sum, c) => (sum - weightZero * terms) * zero + Number(given?.data[c] ?? 0))
  const bounds = magnitudes.map((magnitude) => (magnitude + Math.abs(weightZero) * terms) * distance)
  if (bounds.some((bound, c) => bound + Math.abs(bias[c]!) >= 2 ** 31)) return undefined
  return {
    x: reshaped(t.build, t.carried(x!), fullRank(xType.shape, axes)),
    xType,
    weights,
    weightZero,
    shape: fullRank(t.typeOf(node.outputs[0]!).shape, axes),
    window: { ...windowAttrs(attrs, axes), group: Number(attrs['group']), kernel_shape: weights.shape.slice(2) },
    bias,
    bounds,
  }
}

/** One fused kernel: the exact ratio rounded to float32, ties rounded to even, so at most one step off. */
function linearConv(
  { x, xType, weights, weightZero, shape, window, bias }: Convolution,
  type: TensorType,
  r: Requantization,
  t: Translation,
): string | undefined {
  if (r.kind !== 'multiplier-shift' || !isByte(type.dtype) || type.quant?.saturate !== undefined) return undefined
  const build = t.build
  const channels = shape[1]!
  const weight = weightOperand(t, weights, t.kernels.linearConv, weightZero)
  const pick = (items: readonly number[], i: number) => items[items.length === 1 ? 0 : i]!
  const ratios = Array.from({ length: channels }, (_, i) => pick(r.multipliers, i) * 2 ** -pick(r.shifts, i))
  const zero = carriedZero(type)
  const y = build.node(
    'QLinearConv',
    [
      x,
      build.numbers('f32', 1),
      build.numbers('u8', carriedZero(xType)),
      weight.name,
      build.numbers('f32', ratios, [channels]),
      build.numbers(
        weight.dtype,
        Array.from(ratios, () => weight.zero),
        [channels],
      ),
      build.numbers('f32', 1),
      build.numbers('u8', zero),
      ...(bias.every((each) => each === 0) ? [] : [build.numbers('i32', Array.from(bias), [channels])]),
    ],
    { dtype: 'u8', shape },
    window,
  )
  return r.relu && zero > 0 ? build.node('Clip', [y, build.numbers('u8', zero)], { dtype: 'u8', shape }) : y
}

/** The sums as int32 numbers. */
function integerSums({ x, xType, weights, weightZero, shape, window }: Convolution, t: Translation): string {
  const { conv, depthwise } = t.kernels
  const weight = weightOperand(t, weights, window['group'] === 1 || depthwise === 'f32' ? conv : depthwise, weightZero)
  const operands = [x, weight.name, t.build.numbers('u8', carriedZero(xType)), t.build.numbers(weight.dtype, weight.zero)]
  return t.build.node('ConvInteger', operands, { dtype: 'i32', shape }, window)
}

/** The sums as int32 numbers, or as float32 ones where the float kernel is proven exact and faster: group by group. */
function exactSums(conv: Convolution, t: Translation): string {
  const { x, xType, weights, weightZero, shape, window, bounds } = conv
  if (window['group'] === 1 || t.kernels.depthwise !== 'f32' || largestMagnitude(bounds) >= 2 ** 24) return integerSums(conv, t)
  const kernel = t.build.constant(floatsOf(weights, weightZero))
  return t.build.node('Conv', [centred(t.build, x, xType, 'f32'), kernel], { dtype: 'f32', shape }, window)
}

/**
 * A convolution with a window of one place over a small plane as a matrix product: its kernel keeps the weights
 * packed, which ConvInteger does anew at every run.
 */
function byMatrixProduct(
  { x, xType, weights, weightZero, shape, window }: Convolution,
  type: TensorType,
  r: Requantization,
  t: Translation,
): string | undefined {
  const [batch, inputs, ...plane] = t.build.typeOf(x).shape as [number, number, ...number[]]
  const places = plane.reduce((product, dim) => product * dim, 1)
  const isPoint =
    weights.shape.slice(2).every((side) => side === 1) &&
    window['group'] === 1 &&
    (window['strides'] as readonly number[]).every((stride) => stride === 1) &&
    (window['pads'] as readonly number[]).every((pad) => pad === 0)
  if (!isPoint || places > 64) return undefined
  const build = t.build
  const channels = shape[1]!
  const weight = weightOperand(t, turnedOf(weights), t.kernels.matMul, weightZero)
  const rows = transposed(build, reshaped(build, x, [batch, inputs, places]), [0, 2, 1])
  const sums = build.node(
    'MatMulInteger',
    [rows, weight.name, build.numbers('u8', carriedZero(xType)), build.numbers(weight.dtype, weight.zero)],
    { dtype: 'i32', shape: [batch, places, channels] },
  )
  return reshaped(build, transposed(build, requantized(build, sums, type, r, 2), [0, 2, 1]), shape)
}

/** Elements whose requantization in double precision stays in a processor's second-level cache. */
const tileElements = 128 * 1024

/**
 * A large result in slices of channels: its requantization goes over the sums several times, which costs half as much
 * from a near cache.
 */
function inTiles(
  conv: Convolution,
  r: Requantization,
  t: Translation,
): readonly { readonly conv: Convolution; readonly r: Requantization }[] {
  const { x, weights, shape, window, bias, bounds } = conv
  const channels = shape[1]!
  const isDepthwise = window['group'] === channels && weights.shape[1] === 1 && t.build.typeOf(x).shape[1] === channels
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

function channelsOf({ build }: Translation, x: string, from: number, to: number): string {
  const { dtype, shape } = build.typeOf(x)
  const i64 = (value: number) => build.numbers('i64', [value])
  return build.node('Slice', [x, i64(from), i64(to), i64(1)], { dtype, shape: shape.map((dim, i) => (i === 1 ? to - from : dim)) })
}

function joined({ build }: Translation, tiles: readonly string[], shape: readonly number[]): string {
  return tiles.length === 1 ? tiles[0]! : build.node('Concat', tiles, { dtype: build.typeOf(tiles[0]!).dtype, shape }, { axis: 1 })
}
