import type { Node, Tensor } from '@q/ir'
import { shiftOf, toCarrier } from '../onnx/carriers.ts'
import type { WeightForm } from '../kernel-forms.ts'
import { reshaped } from './finish.ts'
import { fullRank, windowAttrs } from './float-window.ts'
import { codeRange, isExactInDouble, requantized } from './quantized-sum.ts'
import type { Requantization } from './quantized-sum.ts'
import type { Translate, Translation } from './translator.ts'

/** Largest distance of a code of `name` from its zero point. */
export function reach(t: Translation, name: string): number {
  const { dtype, quant } = t.typeOf(name)
  const [low, high] = codeRange(dtype)
  const zero = quant?.zeroPoint ?? 0
  return Math.max(high - zero, zero - low)
}

/** Largest magnitude of `sum x * w + b` over all channels, from the weights themselves. */
export function sumBound(weights: ArrayLike<number>, channels: number, bias: ArrayLike<number> | undefined, inputReach: number): number {
  const perChannel = weights.length / channels
  let bound = 0
  for (let c = 0; c < channels; c++) {
    let sum = 0
    for (let i = c * perChannel; i < (c + 1) * perChannel; i++) sum += Math.abs(weights[i]!)
    bound = Math.max(bound, sum * inputReach + Math.abs(bias?.[c] ?? 0))
  }
  return bound
}

/** A weight in the storage that is exact here, and its zero point there. */
export function weightOperand(t: Translation, tensor: Tensor, form: WeightForm): { readonly name: string; readonly zero: number; readonly dtype: 'i8' | 'u8' } {
  if (tensor.dtype === 'u8') return { name: t.build.constant(tensor), zero: 0, dtype: 'u8' }
  if (form === 'i8') return { name: t.build.constant(tensor), zero: 0, dtype: 'i8' }
  return { name: t.build.constant(toCarrier(tensor)), zero: 128, dtype: 'u8' }
}

function requantizationOf(node: Node, t: Translation, bound: number, bias: Int32Array | undefined): Requantization {
  const attrs = t.attrs(node)
  return {
    multipliers: attrs['multipliers'] as readonly number[],
    shifts: attrs['shifts'] as readonly number[],
    rounding: String(attrs['rounding']),
    relu: attrs['relu'] === true,
    bound,
    ...(bias === undefined ? {} : { bias }),
  }
}

export const translateQConv: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const [x, w, b] = node.inputs
  const weights = t.valueOf(w!).constant
  const bias = b === undefined ? undefined : (t.valueOf(b).constant?.data as Int32Array | undefined)
  const xType = t.typeOf(x!)
  if (weights === undefined || (xType.dtype !== 'i8' && xType.dtype !== 'u8')) return undefined
  const type = t.typeOf(node.outputs[0]!)
  const axes = (attrs['strides'] as readonly number[]).length
  const group = Number(attrs['group'])
  const channels = weights.shape[0]!
  const build = t.build
  const bound = sumBound(weights.data as Int8Array, channels, bias, reach(t, x!))
  if (bound >= 2 ** 31) return undefined
  const input = reshaped(build, t.carried(x!), fullRank(xType.shape, axes))
  const full = fullRank(type.shape, axes)
  const xZero = (xType.quant?.zeroPoint ?? 0) + shiftOf(xType.dtype)
  const window = { ...windowAttrs(attrs, axes), group, kernel_shape: weights.shape.slice(2) }
  const r = requantizationOf(node, t, bound, bias)
  const depthwise = group === channels && weights.shape[1] === 1

  if (t.precision === 'fast' && attrs['requantize'] === 'multiplier-shift' && (type.dtype === 'i8' || type.dtype === 'u8')) {
    const weight = weightOperand(t, weights, t.kernels.linearConv)
    const ratios = Array.from({ length: channels }, (_, i) => pick(r.multipliers, i) * 2 ** -pick(r.shifts, i))
    const zero = (type.quant?.zeroPoint ?? 0) + shiftOf(type.dtype)
    const y = build.node('QLinearConv', [
      input, build.numbers('f32', 1), build.numbers('u8', xZero),
      weight.name, build.numbers('f32', ratios, [channels]), build.numbers(weight.dtype, Array.from({ length: channels }, () => weight.zero), [channels]),
      build.numbers('f32', 1), build.numbers('u8', zero),
      ...(b === undefined ? [] : [reshaped(build, t.carried(b), [channels])]),
    ], { dtype: 'u8', shape: full }, window)
    const clipped = r.relu && zero > 0 ? build.node('Clip', [y, build.numbers('u8', zero)], { dtype: 'u8', shape: full }) : y
    return [reshaped(build, clipped, type.shape)]
  }
  const weight = weightOperand(t, weights, depthwise ? t.kernels.depthwise : t.kernels.conv)
  const sums = build.node('ConvInteger', [input, weight.name, build.numbers('u8', xZero), build.numbers(weight.dtype, weight.zero)],
    { dtype: 'i32', shape: full }, window)
  if (attrs['requantize'] === 'none') {
    if (r.relu) return undefined
    t.setBound(node.outputs[0]!, bound)
    const shifted = b === undefined ? sums : build.node('Add', [sums, reshaped(build, t.carried(b), [1, channels, ...full.slice(2).map(() => 1)])], { dtype: 'i32', shape: full })
    return [reshaped(build, shifted, type.shape)]
  }
  if (attrs['requantize'] !== 'multiplier-shift' || !isExactInDouble(r)) return undefined
  return [reshaped(build, requantized(build, sums, type, r, 1), type.shape)]
}

/** Computed by the float32 kernel on whole numbers, which is exact while every sum stays below 2^24. */
export const translateQConvTranspose: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const [x, w, b] = node.inputs
  const weights = t.valueOf(w!).constant
  const bias = b === undefined ? undefined : (t.valueOf(b).constant?.data as Int32Array | undefined)
  const xType = t.typeOf(x!)
  if (weights === undefined || attrs['requantize'] !== 'none' || (xType.quant?.zeroPoint ?? 0) !== 0) return undefined
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  const axes = (attrs['strides'] as readonly number[]).length
  const total = (weights.data as Int8Array).reduce((sum, each) => sum + Math.abs(each), 0)
  const largestBias = bias === undefined ? 0 : bias.reduce((most, each) => Math.max(most, Math.abs(each)), 0)
  const bound = total * reach(t, x!) + largestBias
  const tight = Math.min(bound, weights.shape[0]! * weights.shape.slice(2).reduce((p, d) => p * d, 1) * 128 * reach(t, x!) + largestBias)
  if (tight >= 2 ** 24) return undefined
  const input = build.cast(t.carried(x!), 'f32')
  const shift = shiftOf(xType.dtype)
  const codes = shift === 0 ? input : build.node('Sub', [input, build.numbers('f32', shift)], build.typeOf(input))
  const padding = attrs['output_padding'] as readonly number[]
  const float = { dtype: 'f32', shape: type.shape } as const
  const kernel = build.constant({ dtype: 'f32', shape: weights.shape, data: Float32Array.from(weights.data as Int8Array) })
  const offsets = bias === undefined ? [] : [build.numbers('f32', [...bias], [bias.length])]
  const sums = build.node('ConvTranspose', [codes, kernel, ...offsets], float, {
    ...windowAttrs(attrs, axes), group: attrs['group']!, kernel_shape: weights.shape.slice(2),
    output_padding: padding.length === 0 ? Array.from({ length: axes }, () => 0) : padding,
  })
  const active = attrs['relu'] === true ? build.node('Relu', [sums], float) : sums
  t.setBound(node.outputs[0]!, tight)
  return [build.cast(active, 'i32')]
}

function pick(items: readonly number[], i: number): number {
  return items[items.length === 1 ? 0 : i]!
}
