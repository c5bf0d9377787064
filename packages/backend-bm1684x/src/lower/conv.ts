import {
  type CodeStorage,
  type Diagnostic,
  type LowerContext,
  type LoweredNode,
  type LowerOp,
  layerOf,
  loweredTo,
  type Node,
  type Value,
} from '@q/ir'
import {
  asFloat,
  biasCodes,
  computedOtherwise,
  type Extent,
  extentOf,
  factorFor,
  hasNegative,
  largestOf,
  lowerFloat,
  newConstant,
  onCodes,
  onceFor,
  quantizeWeights,
  requantizationOf,
  type WeightCodes,
} from '@q/ir/lowering'
import { integerRange, integerWeightScale, type RequantizationWidth } from '@q/ir/number'
import { lostBias } from './lost-bias.ts'
import { requantizedPerChannel } from './requantized-per-channel.ts'
import { cutByWidening, isWideConv, widened } from './wide-result.ts'
import { zeroPointOffsets } from './zero-points.ts'

/** Scales below this are raised to it (an empty channel). */
const leastScale = Math.fround(1e-5)

/**
 * Weights of `channels` output channels, each a run of `weights.length / channels` elements.
 *
 * They are signed when one is negative or there is a bias. Weights that are small integers already (or such over a power of two)
 * keep one scale for all (not with `keepWhole` false); else each channel has float32(largest / 127), 255 when unsigned, at least 1e-5; 7 and 15 with
 * codes of 4 bits. TPU-MLIR 1.30.2 behaviour.
 */
export function quantizeConvWeights(
  weights: Float32Array,
  channels: number,
  withBias: boolean,
  { keepWhole = true, bits = 8 }: { readonly keepWhole?: boolean; readonly bits?: CodeStorage['bits'] } = {},
): WeightCodes {
  const signed = withBias || hasNegative(weights)
  const whole = keepWhole ? integerWeightScale(weights, { signed }) : undefined
  const scaleOf = (extent: Extent): number =>
    Math.max(Math.fround(largestOf(extent) / integerRange(`${signed ? 'i' : 'u'}${bits}`).max), leastScale)
  return quantizeWeights(weights, { dtype: signed ? 'i8' : 'u8', channels, paramsOf: (extent) => ({ scale: whole ?? scaleOf(extent) }) })
}

/** The scale that a convolution counts its input with. */
export interface CountedInput {
  readonly inputScale: number
  /** A warning where that is not the scale of the input's codes. */
  readonly diagnostics: readonly Diagnostic[]
}

/** How a convolution counts its input (see {@link effectiveInputScale}). */
export function countedInput(node: Node, context: LowerContext, weights: Float32Array, bias: Float32Array | undefined): CountedInput {
  const x = node.inputs[0]!
  const { quant } = context.quantizedType(x)
  const inputScale = effectiveInputScale(quant!.scale, weights, bias)
  return { inputScale, diagnostics: inputScale === quant!.scale ? [] : [vanishing(node, quant!.scale, inputScale)] }
}

/** What is added to the sums of a convolution. */
export interface ConvBias {
  /** int32 in the units of the sums, one number for each channel; none where there is nothing to add. */
  readonly values: readonly Value[]
  /** Warnings where the chip adds something else. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The bias of a convolution, with what makes up for the zero point of its input: filters of unsigned codes lack that in TPU-MLIR 1.30.2. */
export function convBias(
  node: Node,
  bias: Float32Array | undefined,
  { codes, dtype, scales }: WeightCodes,
  inputScale: number,
  context: LowerContext,
): ConvBias {
  const layer = layerOf(node)
  const channels = scales.length
  const needed = zeroPointOffsets(node.inputs[0]!, codes, { channels }, context)
  if (bias === undefined && needed === undefined) return { values: [], diagnostics: [] }
  const offsets = dtype === 'u8' ? undefined : needed
  const shape = context.typeOf(layer).shape.map((_, i) => (i === 1 ? channels : 1))
  const addends = bias ?? new Float32Array(channels)
  const units = sumScales(scales, inputScale)
  const added = biasCodes(addends, units, { offsets, added: 'before', beyond: 'least' })
  return {
    values: [newConstant(`${layer}_bias_int32`, 'i32', shape, added)],
    diagnostics: [
      ...lostBias(node, bias, units),
      ...(needed === undefined ? [] : shiftedFacts(node, dtype, context)).map((fact) => computedOtherwise(node, fact)),
    ],
  }
}

/** What TPU-MLIR 1.30.2 makes wrong of a convolution whose input has a zero point, or the simulator of its chip. */
function shiftedFacts(node: Node, dtype: string, context: LowerContext): readonly string[] {
  const { pads, strides } = context.attrs(node) as Readonly<Record<string, readonly number[]>>
  const shape = context.constantOf(node.inputs[1])!.shape
  const isTransposed = node.op === 'ConvTranspose'
  const isPadded = pads!.some((pad) => pad > 0)
  return [
    ...(dtype === 'u8' ? ['the zero point of its operand is counted, as its filters have unsigned codes'] : []),
    ...(!isTransposed && shape.length === 5 && isPadded ? ['codes of 0 stand around its operand, not its zero point'] : []),
    ...(isTransposed && shape[1] === 1 && shape[0]! > 1 && (isPadded || strides!.some((stride) => stride > 1))
      ? ['codes of 0 stand between and around the elements of its operand, not its zero point']
      : []),
  ]
}

/** The scale of each channel's sums. */
const sumScales = (weightScales: readonly number[], inputScale: number): readonly number[] =>
  weightScales.map((scale) => scale * inputScale)

/** A warning where codes of weights are wider than the mode says: those of one channel each, of volumes, and of whole numbers in TPU-MLIR 1.30.2. */
function widerWeights(node: Node, { codes, dtype }: WeightCodes, { integers }: LowerContext): readonly Diagnostic[] {
  const { bits } = integers.weights
  const { max: most } = integerRange(`${dtype === 'i8' ? 'i' : 'u'}${bits}`)
  if (bits === 8 || codes.every((code) => Math.abs(code) <= most)) return []
  return [computedOtherwise(node, `its weights keep more than ${bits} bits`, 'nothing is lost by it')]
}

/** The warning of a convolution whose input has so small a scale that it is counted with another. */
function vanishing(node: Node, scale: number, inputScale: number): Diagnostic {
  const layer = layerOf(node)
  return {
    level: 'warning',
    code: 'OPERAND_VANISHES',
    message: `${node.op} ${layer} counts its operand ${node.inputs[0]} in steps of ${inputScale.toPrecision(3)}, not ${scale.toPrecision(3)}: the chip's rules replace steps of 1e-5 and less, so that what is not 0 there comes out too large; a float mode in the quantization table computes it right`,
    at: [layer],
  }
}

/** The input scale a convolution counts with: a vanishing one is replaced by one taken from the bias or the weights. */
function effectiveInputScale(scale: number, weights: Float32Array, bias: Float32Array | undefined): number {
  if (scale > 1e-5) return scale
  const largestBias = bias === undefined ? 0 : largestOf(extentOf(bias))
  return (largestBias <= 1e-5 ? largestOf(extentOf(weights)) : largestBias) / 127
}

function int8(node: Node, context: LowerContext, width: RequantizationWidth): LoweredNode {
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
  const isBiased = bias !== undefined
  const isOfEachChannel = Number(group) > 1 && group === channels && weights.shape[1] === 1
  const bits = isOfEachChannel || weights.shape.length === 5 ? 8 : context.integers.weights.bits
  const quantized = onceFor(data, `conv weights ${channels} ${isBiased} ${bits}`, () =>
    quantizeConvWeights(data, channels, isBiased, { bits }),
  )
  const { inputScale, diagnostics } = countedInput(node, context, data, bias)
  const addends = convBias(node, bias, quantized, inputScale, context)
  const told = [...diagnostics, ...addends.diagnostics, ...cutByWidening(node, result, context), ...widerWeights(node, quantized, context)]
  const factors = quantized.scales.map((scale) => factorFor('sum', (scale * inputScale) / result.quant!.scale, context))
  const filter = newConstant(`${name}_filter_${quantized.dtype}`, quantized.dtype, weights.shape, quantized.codes)
  const values: Value[] = [filter, ...addends.values]
  const attrs = { strides: strides!, pads: pads!, dilations: dilations!, group: group!, relu: relu!, weightBits: bits }
  const inputs = [x, ...values.map((value) => value.name)]
  if (result.shape.length === 5) {
    const sums = { name: `${name}_int32`, type: { dtype: 'i32', shape: result.shape } } as const
    const made = requantizedPerChannel(sums.name, { name, type: result }, factors, `${name}_quant`, width, context)
    return {
      nodes: [{ op: 'QConv', inputs, outputs: [sums.name], attrs: { ...attrs, requantize: 'none' } }, made.node],
      values: [...values, sums, made.parameters, { name, type: result }],
      operands: new Map([
        [x, 'codes'],
        [sums.name, 'any'],
      ]),
      diagnostics: told,
    }
  }
  return loweredTo(
    { op: 'QConv', inputs, outputs: [name], attrs: { ...attrs, ...requantizationOf(factors, context) } },
    [...values, { name, type: result }],
    { diagnostics: told },
  )
}

/**
 * Convolution: INT8 with a 32-bit multiplier per channel, over three spatial axes plain sums and these behind them; floats with the bias in float32.
 *
 * @param width numbers that tell how the sums of a channel are requantized
 */
export const lowerConv = (width: RequantizationWidth): LowerOp =>
  onCodes((node, context) => int8(node, context, width), asFloat({ keep: [2] }))
