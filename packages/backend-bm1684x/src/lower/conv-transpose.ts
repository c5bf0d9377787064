import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, type Tensor, type Value } from '@q/ir'
import { factorFor, lowerFloat, newConstant, onCodes, onceFor, swapChannels } from '@q/ir/lowering'
import type { RequantizationWidth } from '@q/ir/number'
import { convBias, countedInput, quantizeConvWeights } from './conv.ts'
import { requantizedPerChannel } from './requantized-per-channel.ts'

function int8(node: Node, context: LowerContext, width: RequantizationWidth): LoweredNode {
  const [x, w, b] = node.inputs as [string, string, string?]
  const name = layerOf(node)
  const weights: Tensor | undefined = context.constantOf(w)
  if (weights === undefined) return lowerFloat(node, context.in('F32'))
  const { strides, pads, dilations, output_padding, group, relu } = context.attrs(node)
  const bias = context.constantOf(b)?.data as Float32Array | undefined
  const result = context.quantizedType(name)
  const [inChannels, perGroup] = weights.shape as [number, number]
  const groups = group as number
  const channels = perGroup * groups
  const isBiased = bias !== undefined
  const { data, quantized, codes } = onceFor(weights.data, `deconv weights ${weights.shape.join()} ${groups} ${isBiased}`, () => {
    const filters = swapChannels(Float32Array.from(weights.data as Float32Array), {
      group: groups,
      outer: inChannels / groups,
      inner: perGroup,
    })
    const made = quantizeConvWeights(filters, channels, isBiased, { keepWhole: false })
    return {
      data: filters,
      quantized: made,
      codes: swapChannels(made.codes, { group: groups, outer: perGroup, inner: inChannels / groups }),
    }
  })
  const { inputScale, diagnostics } = countedInput(node, context, data, bias)
  const filter = newConstant(`${name}_filter_${quantized.dtype}`, quantized.dtype, weights.shape, codes)
  const factors = quantized.scales.map((scale) => factorFor('sum', (scale * inputScale) / result.quant!.scale, context))
  const addends = convBias(node, bias, quantized, inputScale, context)
  const values: Value[] = [filter, ...addends.values]
  const sums = { name: `${name}_i32`, type: { dtype: 'i32', shape: result.shape } } as const
  const made = requantizedPerChannel(sums.name, { name, type: result }, factors, `${name}_quant_int32`, width, context)
  return {
    diagnostics: [...diagnostics, ...addends.diagnostics],
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
      made.node,
    ],
    values: [...values, sums, made.parameters, { name, type: result }],
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

/** Transposed convolution: in INT8 plain sums, then requantization per channel. @param width numbers that tell that of a channel */
export const lowerConvTranspose = (width: RequantizationWidth): LowerOp => onCodes((node, context) => int8(node, context, width), float)
