import { type Attrs, type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, type Tensor } from '@q/ir'
import { loweredTo, lowerFloat, newConstant, onCodes, swapChannels } from '@q/ir/lowering'
import { inBf16 } from './in-bf16.ts'
import { thresholdOf } from './threshold.ts'
import { type SliceCodes, sliceCodes } from './weights.ts'

type IntegerConv = 'QConv' | 'QConvTranspose'

/** A convolution in floats; its bias stays float32. */
const inFloats: LowerOp = (node, context) => lowerFloat(node, context, { keep: [2] })

/** A convolution on codes: a factor for each filter, weights and biases scaled by what it really is. */
export const lowerConv: LowerOp = onCodes((node, context) => onIntegers(node, context, 'QConv'), inFloats)

/** A transposed convolution in the same way. */
export const lowerConvTranspose: LowerOp = onCodes((node, context) => onIntegers(node, context, 'QConvTranspose'), inFloats)

function onIntegers(node: Node, context: LowerContext, op: IntegerConv): LoweredNode {
  const [x, w, b] = node.inputs as [string, string, string?]
  const weights = context.constantOf(w)
  const bias = context.constantOf(b)
  if (context.constantOf(x) !== undefined) return inBf16(node, context, 'its first operand is a constant', inFloats)
  if (weights === undefined) return inBf16(node, context, 'its weights are computed', inFloats)
  if (b !== undefined && bias === undefined) return inBf16(node, context, 'its bias is computed', inFloats)
  if (weights.shape.length > 4) return inBf16(node, context, 'it has three spatial axes', inFloats)
  return convolution({ op, x, name: layerOf(node), weights, bias, attrs: context.attrs(node), operand: thresholdOf(x, context) }, context)
}

/** A convolution to be made. */
export interface Convolution {
  readonly op: IntegerConv
  readonly x: string
  readonly name: string
  readonly weights: Tensor
  readonly bias?: Tensor | undefined
  /** Of the float operator, complete. */
  readonly attrs: Attrs
  /** Threshold of the operand. */
  readonly operand: number
}

/** The integers of a convolution. */
export function convolution({ op, x, name, weights, bias, attrs, operand }: Convolution, context: LowerContext): LoweredNode {
  const { reluLimit: _, relu, ...more } = attrs
  const { numbers, channels, back } = filtersOf(weights, op === 'QConv' ? undefined : Number(attrs['group']))
  const size = numbers.length / channels
  const thresholds = { operand, result: thresholdOf(name, context), limited: true }
  const slices = Array.from({ length: channels }, (_, c) =>
    sliceCodes(
      { weights: numbers.subarray(c * size, (c + 1) * size), biases: bias === undefined ? [] : [Number(bias.data[c])] },
      thresholds,
    ),
  )
  const codes = back(Int8Array.from(slices.flatMap((slice) => slice.weights)))
  const filter = newConstant(`${name}_filter_i8`, 'i8', weights.shape, codes)
  const biases = Int32Array.from(slices.flatMap((slice) => slice.biases))
  const made = bias === undefined ? [filter] : [filter, newConstant(`${name}_bias_int32`, 'i32', [channels], biases)]
  return loweredTo(
    {
      op,
      inputs: [x, ...made.map((value) => value.name)],
      outputs: [name],
      attrs: { ...more, ...factorsOf(slices, context), relu: relu! },
    },
    [...made, { name, type: context.quantizedType(name) }],
  )
}

/** Filters one behind the other, and the way back to the layout of the operator. */
interface Filters {
  readonly numbers: Float32Array
  readonly channels: number
  back(codes: Int8Array): Int8Array
}

/** @param group of a transposed convolution, whose constant has the channels of the operand outermost */
function filtersOf({ data, shape }: Tensor, group: number | undefined): Filters {
  const numbers = data as Float32Array
  if (group === undefined) return { numbers, channels: shape[0]!, back: (codes) => codes }
  const [taken, made] = [shape[0]! / group, shape[1]!]
  return {
    numbers: swapChannels(numbers, { group, outer: taken, inner: made }),
    channels: made * group,
    back: (codes) => swapChannels(codes, { group, outer: made, inner: taken }),
  }
}

/** The attributes of a requantization by the factors of slices. */
export const factorsOf = (slices: readonly SliceCodes[], { integers }: LowerContext) =>
  ({
    multipliers: slices.map(({ factor }) => factor.multiplier),
    shifts: slices.map(({ factor }) => factor.shift),
    requantize: 'quantized-multiplier',
    rounding: integers.rounding.requantize,
  }) as const
