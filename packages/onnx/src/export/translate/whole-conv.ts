import type { Attrs, Node, Tensor } from '@q/ir'
import { elementCount, stridesOf } from '@q/ir'
import { swapChannels } from '@q/ir/lowering'
import { shiftOf } from '../onnx/carriers.ts'
import { isByte, isCodeType, takenZero, zeroPointOf } from './codes.ts'
import { reshaped } from './finish.ts'
import { fullRank, windowAttrs } from './float-window.ts'
import { channelSums, weightOperand } from './integer-weights.ts'
import { beyond, factorsOf, rescaledWhole } from './rescale-whole.ts'
import type { Translate, Translation } from './translator.ts'
import { clampedFrom, magnitude, plus, saturatedWhole, type Whole, withConstant } from './whole-numbers.ts'

/** One digit, of base 256, of the codes of an operand: a byte each, with the digit of the zero point. */
interface Digit {
  readonly id: string
  readonly zero: number
}

/** A constant filter `[outputs, inputs / group, ...window]` without its zero points, and how it moves. */
interface Filter {
  readonly shape: readonly number[]
  readonly weights: Int32Array
  readonly window: Attrs
}

/**
 * A convolution of 8 or 16-bit codes by constant weights of 8 or 16 bits, whatever their zero points, sums and biases of up to 63 bits.
 *
 * Both factors are written in digits of base 256, which ConvInteger multiplies; the int32 sums of every pair of digits are put together
 * in int64.
 */
export const translateWholeConv: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const axes = (attrs['strides'] as readonly number[]).length
  const weights = centredWeights(t, node.inputs[1]!)
  const digits = digitsOf(t, node.inputs[0]!, axes)
  if (weights === undefined || digits === undefined) return undefined
  const { shape } = t.typeOf(node.inputs[1]!)
  const window = { ...windowAttrs(attrs, axes), group: Number(attrs['group']), kernel_shape: shape.slice(2) }
  return finishedSums(node, t, digits, { shape, weights, window })
}

/** A transposed one: a convolution of stride 1 over the operand, spread and padded with its zero point, by the filter turned round. */
export const translateWholeConvTranspose: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const strides = attrs['strides'] as readonly number[]
  const weights = centredWeights(t, node.inputs[1]!)
  const digits = digitsOf(t, node.inputs[0]!, strides.length)
  if (weights === undefined || digits === undefined) return undefined
  const { dilations } = windowAttrs(attrs, strides.length) as { dilations: readonly number[] }
  const pads = attrs['pads'] as readonly number[]
  const [inputs, perGroup, ...kernel] = t.typeOf(node.inputs[1]!).shape as [number, number, ...number[]]
  const group = Number(attrs['group'])
  const given = attrs['output_padding'] as readonly number[]
  const border = kernel.map((side, a) => {
    const reach = dilations[a]! * (side - 1)
    return [reach - pads[a]!, reach - pads[a + kernel.length]! + (given[a] ?? 0) - (strides[a]! - 1)] as const
  })
  const turned = swapChannels(weights, { group, outer: inputs / group, inner: perGroup })
  const taps = elementCount(kernel)
  for (let from = 0; from < turned.length; from += taps) turned.subarray(from, from + taps).reverse()
  const filter: Filter = {
    shape: [perGroup * group, inputs / group, ...kernel],
    weights: turned,
    window: { strides: kernel.map(() => 1), pads: [...kernel, ...kernel].map(() => 0), dilations, group, kernel_shape: kernel },
  }
  return finishedSums(
    node,
    t,
    digits.map((digit) => spread(t, digit, strides, border)),
    filter,
  )
}

function finishedSums(node: Node, t: Translation, digits: readonly Digit[], filter: Filter): readonly string[] | undefined {
  const { build } = t
  const attrs = t.attrs(node)
  const type = t.typeOf(node.outputs[0]!)
  const axes = filter.shape.length - 2
  const channels = filter.shape[0]!
  const b = node.inputs[2]
  const bias = b === undefined ? undefined : t.valueOf(b).constant
  if ((b !== undefined && bias === undefined) || !(isCodeType(type.dtype) || type.dtype === 'i64')) return undefined
  const x = node.inputs[0]!
  const zero = BigInt(zeroPointOf(t.typeOf(x)) - takenZero(t, node, x))
  const products = sumsOfProducts(t, digits, filter, fullRank(type.shape, axes))
  if (products === undefined) return undefined
  const { sums } = channelSums({ dtype: 'i32', shape: filter.shape, data: filter.weights })
  const offsets = Array.from({ length: channels }, (_, c) => BigInt(sums[c]!) * zero + BigInt((bias?.data[c] as number | undefined) ?? 0))
  const total = plus(build, products, offsets, 1)
  if (total.most.some((most) => most >= beyond)) return undefined
  const scaled = rescaledWhole(build, total, factorsOf(attrs), 1, clampedFrom(type))
  const y = scaled && saturatedWhole(build, scaled, type, attrs['relu'] === true)
  return y === undefined ? undefined : [reshaped(build, y, type.shape)]
}

/** The codes of a constant without their zero points, which may differ by slice. */
function centredWeights(t: Translation, name: string): Int32Array | undefined {
  const { constant, type } = t.valueOf(name)
  if (constant === undefined || !isCodeType(type.dtype) || type.dtype === 'i32') return undefined
  const { axis, zeroPoints, zeroPoint = 0 } = type.quant ?? {}
  const codes = constant.data as Int16Array
  if (axis === undefined || zeroPoints === undefined) return Int32Array.from(codes, (code) => code - zeroPoint)
  const inner = stridesOf(constant.shape)[axis]!
  return Int32Array.from(codes, (code, i) => code - zeroPoints[Math.floor(i / inner) % zeroPoints.length]!)
}

/** The operand as bytes, the highest first. */
function digitsOf(t: Translation, name: string, axes: number): readonly Digit[] | undefined {
  const { build } = t
  const type = t.typeOf(name)
  const { dtype, quant } = type
  if (!isCodeType(dtype) || dtype === 'i32' || (quant?.axis !== undefined && quant.zeroPoints !== undefined)) return undefined
  const x = reshaped(build, t.carried(name), fullRank(type.shape, axes))
  const lift = isByte(dtype) ? shiftOf(dtype) : dtype === 'i16' ? 32768 : 0
  const zero = zeroPointOf(type) + lift
  if (zero < 0 || zero > (isByte(dtype) ? 255 : 65535)) return undefined
  if (isByte(dtype)) return [{ id: x, zero }]
  const whole = build.typeOf(x)
  const unsigned = lift === 0 ? x : build.node('Add', [x, build.numbers('i32', lift)], whole)
  const high = build.node('Div', [unsigned, build.numbers('i32', 256)], whole)
  const low = build.node('Mod', [unsigned, build.numbers('i32', 256)], whole)
  return [
    { id: build.cast(high, 'u8'), zero: zero >> 8 },
    { id: build.cast(low, 'u8'), zero: zero & 255 },
  ]
}

/** The elements `strides` apart, zero points between them and in the border, which may be less than nothing. */
function spread(
  { build }: Translation,
  { id, zero }: Digit,
  strides: readonly number[],
  border: readonly (readonly [number, number])[],
): Digit {
  const [batch, channels, ...sides] = build.typeOf(id).shape as [number, number, ...number[]]
  const padded = (x: string, from: readonly number[], to: readonly number[]): string => {
    const { dtype, shape } = build.typeOf(x)
    if ([...from, ...to].every((each) => each === 0)) return x
    const sizes = shape.map((dim, i) => dim + from[i]! + to[i]!)
    return build.node(
      'Pad',
      [x, build.numbers('i64', [...from, ...to]), build.numbers(dtype, zero)],
      { dtype, shape: sizes },
      { mode: 'constant' },
    )
  }
  const split = reshaped(build, id, [batch, channels, ...sides.flatMap((side) => [side, 1])])
  const none = build.typeOf(split).shape.map(() => 0)
  const apart = padded(split, none, [0, 0, ...strides.flatMap((stride) => [0, stride - 1])])
  const joined = reshaped(build, apart, [batch, channels, ...sides.map((side, a) => side * strides[a]!)])
  return { id: padded(joined, [0, 0, ...border.map(([from]) => from)], [0, 0, ...border.map(([, to]) => to)]), zero }
}

/** The sums over `(x - zero point) * w` in int64; `undefined` when those of a pair of digits may leave int32. */
function sumsOfProducts(
  t: Translation,
  digits: readonly Digit[],
  { shape, weights, window }: Filter,
  result: readonly number[],
): Whole | undefined {
  const { build } = t
  const { conv, depthwise } = t.kernels
  const form = window['group'] === 1 || depthwise === 'f32' ? conv : depthwise
  const wide = { dtype: 'i64', shape: result } as const
  const terms: string[] = []
  let most = Array.from({ length: shape[0]! }, () => 0n)
  for (const [k, digit] of weightDigits(weights, shape).entries()) {
    const weight = weightOperand(t, digit, form)
    const magnitudes = channelSums(digit).magnitudes
    for (const [i, { id, zero }] of digits.entries()) {
      const distance = Math.max(zero, 255 - zero)
      if (magnitudes.some((each) => each * distance >= 2 ** 31)) return undefined
      const sums = build.node(
        'ConvInteger',
        [id, weight.name, build.numbers('u8', zero), build.numbers(weight.dtype, weight.zero)],
        { dtype: 'i32', shape: result },
        window,
      )
      const unit = 256n ** BigInt(k + digits.length - 1 - i)
      terms.push(withConstant(build, 'Mul', build.cast(sums, 'i64'), [unit], 0))
      most = most.map((each, c) => each + magnitude(BigInt(magnitudes[c]! * distance)) * unit)
    }
  }
  return { id: terms.reduce((a, b) => build.node('Add', [a, b], wide)), most }
}

/** Numbers in signed digits of base 256, the lowest first; digits that are 0 everywhere are left out at the end. */
function weightDigits(weights: Int32Array, shape: readonly number[]): readonly Tensor[] {
  const digits: Tensor[] = []
  let rest: Int32Array = weights
  do {
    const low = Int8Array.from(rest)
    digits.push({ dtype: 'i8', shape, data: low })
    rest = rest.map((each, i) => (each - low[i]!) / 256)
  } while (rest.some((each) => each !== 0))
  return digits
}
