import {
  integerWeightScale,
  type LowerContext,
  type LoweredNode,
  layerOf,
  loweredTo,
  type Node,
  quantizedTypeOf,
  roundHalfAway,
  saturate,
  scaleShift,
  type Value,
} from '@q/ir'
import { byMode } from './by-mode.ts'
import { lowerFloat } from './float.ts'
import { hasNegative, integerConstant, largestOf } from './integer-constant.ts'
import { isWideConv, widened } from './wide-result.ts'

/** Quantized weights of a convolution, one scale per output channel. */
export interface ConvWeights {
  readonly codes: Int8Array | Uint8Array
  readonly signed: boolean
  readonly scales: readonly number[]
}

/** Scales below this are raised to it (an empty channel). */
const leastScale = Math.fround(1e-5)

/**
 * Weights of `channels` output channels, each a run of `codes.length / channels` elements.
 *
 * They are signed when one is negative or there is a bias. Weights that are small integers already (or such over a power of two)
 * keep one scale for all (not with `keepWhole` false); else each channel has float32(largest / 127), 255 when unsigned, at least 1e-5. TPU-MLIR 1.30.2
 * behaviour.
 */
export function quantizeConvWeights(weights: Float32Array, channels: number, withBias: boolean, keepWhole = true): ConvWeights {
  const signed = withBias || hasNegative(weights)
  const size = weights.length / channels
  const whole = keepWhole ? integerWeightScale(weights, { signed }) : undefined
  const codes = signed ? new Int8Array(weights.length) : new Uint8Array(weights.length)
  const scales: number[] = []
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * size
    const scale = whole ?? Math.max(Math.fround(largestOf(weights, from, from + size) / (signed ? 127 : 255)), leastScale)
    scales.push(scale)
    for (let i = from; i < from + size; i++) codes[i] = saturate(roundHalfAway(weights[i]! / scale), signed ? 'i8' : 'u8')
  }
  return { codes, signed, scales }
}

/** The input scale a convolution counts with: a vanishing one is replaced by one taken from the bias or the weights. */
export function effectiveInputScale(scale: number, weights: Float32Array, bias: Float32Array | undefined): number {
  if (scale > 1e-5) return scale
  const largestBias = bias === undefined ? 0 : largestOf(bias)
  return (largestBias <= 1e-5 ? largestOf(weights) : largestBias) / 127
}

/** Bias codes: b / (weight scale times input scale), halves away from zero. */
export function quantizeConvBias(bias: Float32Array, scales: readonly number[], inputScale: number): Int32Array {
  return Int32Array.from(bias, (b, channel) => saturate(roundHalfAway(b / (scales[channel]! * inputScale)), 'i32'))
}

function int8(node: Node, context: LowerContext): LoweredNode {
  const [x, w, b] = node.inputs as [string, string, string?]
  const name = layerOf(node)
  const weights = context.constantOf(w)
  if (weights === undefined || node.inputs.slice(2).some((each) => each !== undefined && context.constantOf(each) === undefined)) {
    return lowerFloat(node, context.in('F32'))
  }
  const { strides, pads, dilations, group, relu } = context.attrs(node)
  const bias = context.constantOf(b)?.data as Float32Array | undefined
  const narrow = context.quantizedType(name)
  const result = isWideConv(node, context) ? widened(narrow) : narrow
  const channels = weights.shape[0]!
  const data = weights.data as Float32Array
  const quantized = quantizeConvWeights(data, channels, bias !== undefined)
  const inputScale = effectiveInputScale(quantizedTypeOf(x, context.typeOf(x), context.asymmetric, { user: name }).quant!.scale, data, bias)
  const factors = quantized.scales.map((scale) => scaleShift((scale * inputScale) / result.quant!.scale, { bits: 32 }))
  const filter = integerConstant(
    `${name}_filter_${quantized.signed ? 'i8' : 'u8'}`,
    quantized.signed ? 'i8' : 'u8',
    weights.shape,
    quantized.codes,
  )
  const values: Value[] = [filter]
  if (bias !== undefined) {
    const shape = result.shape.map((_, i) => (i === 1 ? channels : 1))
    values.push(integerConstant(`${name}_bias_int32`, 'i32', shape, quantizeConvBias(bias, quantized.scales, inputScale)))
  }
  return loweredTo(
    {
      op: 'QConv',
      inputs: [x, ...values.map((value) => value.name)],
      outputs: [name],
      attrs: {
        strides: strides!,
        pads: pads!,
        dilations: dilations!,
        group: group!,
        relu: relu!,
        multipliers: factors.map(({ multiplier }) => multiplier),
        shifts: factors.map(({ shift }) => shift),
        rounding: context.target.rounding.requantize,
      },
    },
    [...values, { name, type: result }],
  )
}

/** Convolution: INT8 with a 32-bit multiplier per channel; floats with the bias in float32. */
export const lowerConv = byMode(int8, (node, context) => lowerFloat(node, context, { keep: [2] }))
