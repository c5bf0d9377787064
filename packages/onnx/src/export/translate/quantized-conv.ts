import type { Node, TensorType } from '@q/ir'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { carriedZero, centred, hasSlicedZeros, isByte, reach, takenZero, zeroPointOf } from './codes.ts'
import { type Convolution, canPick, inTiles, joined, pickedChannels, placesOf } from './conv-channels.ts'
import { reshaped, transposed } from './finish.ts'
import { fullRank, windowAttrs } from './float-window.ts'
import { provenFactors } from './fused-requantization.ts'
import { channelSums, floatsOf, largestMagnitude, turnedOf, weightOperand } from './integer-weights.ts'
import type { Requantization } from './requantize-sums.ts'
import { biased, isExactInDouble, requantizationOf, requantized } from './requantize-sums.ts'
import type { Translate, Translation } from './translator.ts'

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
  const fused = fusedConv(conv, type, r, t)
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

/**
 * One fused kernel. It multiplies by a float32 number and rounds ties to even: at most one step off with the ratio itself, and exact with a factor that is proven for every
 * sum. In `exact`, channels without such a factor are computed once more, exactly, and put in the place of what the kernel made of them.
 */
function fusedConv(conv: Convolution, type: TensorType, r: Requantization, t: Translation): string | undefined {
  if (r.kind !== 'multiplier-shift' || !isByte(type.dtype) || type.quant?.saturate !== undefined) return undefined
  const channels = conv.shape[1]!
  const ratios = ratiosOf(r, channels)
  if (t.precision === 'fast') return linearConv(conv, type, r, ratios, t)
  if (!t.fusesInFloat32) return undefined
  const factors = provenFactors(r, type, channels)
  const open = factors.flatMap((factor, channel) => (factor === undefined ? [channel] : []))
  const isWorthIt = open.length <= channels / 4 && (open.length === 0 || (canPick(conv, t) && isExactInDouble(r, type)))
  if (!isWorthIt) return undefined
  const fused = linearConv(
    conv,
    type,
    r,
    factors.map((factor, channel) => factor ?? ratios[channel]!),
    t,
  )
  return open.length === 0 ? fused : withChannels(t.build, fused, open, exactChannels(conv, type, r, open, t))
}

function ratiosOf({ multipliers, shifts }: Requantization, channels: number): readonly number[] {
  const pick = (items: readonly number[], i: number) => items[items.length === 1 ? 0 : i]!
  return Array.from({ length: channels }, (_, i) => pick(multipliers, i) * 2 ** -pick(shifts, i))
}

function linearConv(
  { x, xType, weights, weightZero, shape, window, bias }: Convolution,
  type: TensorType,
  r: Requantization,
  factors: readonly number[],
  t: Translation,
): string {
  const build = t.build
  const channels = shape[1]!
  const weight = weightOperand(t, weights, t.kernels.linearConv, weightZero)
  const zero = carriedZero(type)
  const y = build.node(
    'QLinearConv',
    [
      x,
      build.numbers('f32', 1),
      build.numbers('u8', carriedZero(xType)),
      weight.name,
      build.numbers('f32', factors, [channels]),
      build.numbers(
        weight.dtype,
        Array.from(factors, () => weight.zero),
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

/** Some channels, computed exactly: `[channels, places]`. */
function exactChannels(conv: Convolution, type: TensorType, r: Requantization, channels: readonly number[], t: Translation): string {
  const picked = pickedChannels(conv, r, channels, t)
  const codes = requantized(t.build, exactSums(picked.conv, t), type, picked.r, 1)
  return reshaped(t.build, codes, [channels.length, placesOf(conv)])
}

/** A result with other numbers in some of its channels. */
function withChannels(build: OnnxBuilder, x: string, channels: readonly number[], rows: string): string {
  const { dtype, shape } = build.typeOf(x)
  const planes = reshaped(build, x, [shape[1]!, build.typeOf(rows).shape[1]!])
  const places = build.numbers('i64', channels, [channels.length, 1])
  return reshaped(build, build.node('ScatterND', [planes, places, rows], { dtype, shape: build.typeOf(planes).shape }), shape)
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
