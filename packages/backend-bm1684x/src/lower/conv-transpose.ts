import { type LowerContext, type LoweredNode, layerOf, type Node, quantizedTypeOf, scaleShift, type Tensor, type Value } from '@q/ir'
import { byMode } from './by-mode.ts'
import { effectiveInputScale, quantizeConvBias, quantizeConvWeights } from './conv.ts'
import { lowerFloat } from './float.ts'
import { integerConstant } from './integer-constant.ts'

/**
 * The weights `[C, M / group, ...kernel]` with the real output channel outermost, `[M, C / group, ...kernel]`, or back
 * again: the group's two inner axes change places.
 */
export function swapChannels(data: ArrayLike<number>, outer: number, inner: number, taps: number, group: number): Float32Array {
  const swapped = new Float32Array(data.length)
  const perGroup = outer / group
  for (let g = 0; g < group; g++) {
    for (let i = 0; i < perGroup; i++) {
      for (let j = 0; j < inner; j++) {
        const from = ((g * perGroup + i) * inner + j) * taps
        const to = ((g * inner + j) * perGroup + i) * taps
        for (let t = 0; t < taps; t++) swapped[to + t] = data[from + t]!
      }
    }
  }
  return swapped
}

function int8(node: Node, context: LowerContext): LoweredNode {
  const [x, w, b] = node.inputs as [string, string, string?]
  const name = layerOf(node)
  const weights: Tensor | undefined = context.constantOf(w)
  if (weights === undefined) return lowerFloat(node, context.in('F32'))
  const { strides, pads, dilations, output_padding, group, relu } = context.attrs(node)
  const bias = context.constantOf(b)?.data as Float32Array | undefined
  const result = context.quantizedType(name)
  const [inChannels, perGroup, ...kernel] = weights.shape as [number, number, ...number[]]
  const taps = kernel.reduce((product, d) => product * d, 1)
  const channels = perGroup * (group as number)
  const data = swapChannels(weights.data as Float32Array, inChannels, perGroup, taps, group as number)
  const quantized = quantizeConvWeights(data, channels, bias !== undefined, false)
  const inputScale = effectiveInputScale(quantizedTypeOf(x, context.typeOf(x), context.asymmetric, { user: name }).quant!.scale, data, bias)
  const dtype = quantized.signed ? 'i8' : 'u8'
  const codes = swapChannels(quantized.codes, channels, inChannels / (group as number), taps, group as number)
  const filter = integerConstant(
    `${name}_filter_${dtype}`,
    dtype,
    weights.shape,
    quantized.signed ? Int8Array.from(codes) : Uint8Array.from(codes),
  )
  const parameters = new Int32Array(channels * 3)
  quantized.scales.forEach((scale, channel) => {
    const { multiplier, shift } = scaleShift((scale * inputScale) / result.quant!.scale, { bits: 32 })
    parameters.set([multiplier, -shift, result.quant!.zeroPoint], channel * 3)
  })
  const values: Value[] = [filter]
  if (bias !== undefined) {
    const shape = result.shape.map((_, i) => (i === 1 ? channels : 1))
    values.push(integerConstant(`${name}_bias_int32`, 'i32', shape, quantizeConvBias(bias, quantized.scales, inputScale)))
  }
  const sums = { name: `${name}_i32`, type: { dtype: 'i32', shape: result.shape } } as const
  const requant = integerConstant(`${name}_quant_int32`, 'i32', [1, channels, 1, 3], parameters)
  return {
    nodes: [
      {
        op: 'QConvTranspose',
        inputs: [x, ...values.map((value) => value.name)],
        outputs: [sums.name],
        attrs: {
          strides: strides!,
          pads: pads!,
          dilations: dilations!,
          output_padding: output_padding!,
          group: group!,
          relu: relu!,
          requantize: 'none',
        },
      },
      {
        op: 'RequantizeAxis',
        inputs: [sums.name, requant.name],
        outputs: [name],
        attrs: { axis: 1, rounding: 'half-away-from-zero' },
      },
    ],
    values: [...values, sums, requant, { name, type: result }],
    operands: new Map([
      [x, 'codes'],
      [sums.name, 'any'],
    ]),
  }
}

/** A transposed convolution of one channel per group has its bias in the float type too. */
function float(node: Node, context: LowerContext): LoweredNode {
  const weights = context.constantOf(node.inputs[1])
  const isDepthwise = weights !== undefined && weights.shape[0] === context.attrs(node).group && weights.shape[1] === 1
  return lowerFloat(node, context, { keep: isDepthwise ? [] : [2] })
}

/** Transposed convolution: in INT8 plain sums, then requantization per channel. */
export const lowerConvTranspose = byMode(int8, float)
