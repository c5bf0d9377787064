import type { LowerOp } from '../contracts/backend.ts'
import { layerOf } from '../graph/edges.ts'
import type { Attrs, Node, Value } from '../graph/types.ts'
import { type LowerContext, type LoweredNode, loweredTo } from '../resolve/lower-context.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { biasCodes, zeroPointBias } from './bias.ts'
import { onCodes } from './by-mode.ts'
import { newConstant } from './constant.ts'
import { factorFor } from './factor.ts'
import { lowerFloat } from './float.ts'
import { onceFor } from './once-for.ts'
import { limitedType } from './relu-limit.ts'
import { requantizationOf } from './requantization.ts'
import { quantizeWeights, weightFormOf, weightTypeOf } from './weights.ts'

/** What a convolution and a matrix product leave open. */
export interface WeightedForm {
  /** Lowers what has no form on codes (computed weights). @default in the target's `defaultFloat` */
  readonly otherwise?: LowerOp
  /** Name of the codes of the weights (`weight`) or of the bias. @default `<layer>_<part>` */
  readonly nameOf?: (layer: string, part: 'weight' | 'bias') => string
  /** One scale for the weights of this operator, or one for each output channel. @default as the scheme says */
  readonly granularity?: 'per-tensor' | 'per-axis' | undefined
}

const inFloat: LowerOp = (node, context) => lowerFloat(node, context.in(context.target.defaultFloat))

/**
 * A convolution with constant weights on codes, all by the scheme of the mode: weights per tensor or per output channel, the bias in its
 * type, the zero point of the operand made up for in the bias, factors encoded for sums. Floats by {@link lowerFloat}, the bias in float32.
 */
export const asConv = ({ otherwise = inFloat, nameOf, granularity }: WeightedForm = {}): LowerOp =>
  onCodes(
    (node, context) => {
      const { relu: _relu, reluLimit: _limit, ...attrs } = context.attrs(node)
      const channels = context.constantOf(node.inputs[1])?.shape[0] ?? 0
      const lowered = weighted(node, context, { op: 'QConv', attrs, channels, axis: 'outermost', nameOf, granularity })
      return lowered ?? otherwise(node, context)
    },
    (node, context) => lowerFloat(node, context, { keep: [2] }),
  )

/**
 * A product with a constant matrix `[K, N]` on codes, in the same way: weights per tensor or per column. Floats by {@link lowerFloat}.
 */
export const asMatMul = ({ otherwise = inFloat, nameOf, granularity }: WeightedForm = {}): LowerOp =>
  onCodes((node, context) => {
    const { relu: _relu, reluLimit: _limit, ...attrs } = context.attrs(node)
    const shape = context.constantOf(node.inputs[1])?.shape
    const plain = shape?.length === 2 && attrs['transA'] === false && attrs['transB'] === false
    const form = { op: 'QMatMul', attrs, channels: shape?.[1] ?? 0, axis: 'innermost', nameOf, granularity } as const
    return (plain ? weighted(node, context, form) : undefined) ?? otherwise(node, context)
  })

interface Weighted {
  readonly op: 'QConv' | 'QMatMul'
  readonly attrs: Attrs
  readonly channels: number
  readonly axis: 'outermost' | 'innermost'
  readonly nameOf: WeightedForm['nameOf']
  readonly granularity: WeightedForm['granularity']
}

/** The node on codes; `undefined` when weights or bias are not constant. */
function weighted(node: Node, context: LowerContext, form: Weighted): LoweredNode | undefined {
  const { op, channels, axis, nameOf = (layer, part) => `${layer}_${part}` } = form
  const [x, w, b] = node.inputs as [string, string, string?]
  const name = layerOf(node)
  const weights = context.constantOf(w)
  const bias = context.constantOf(b)
  if (weights === undefined || context.constantOf(x) !== undefined || (b !== undefined && bias === undefined)) return undefined
  const { integers } = context
  const operand = context.quantizedType(x).quant!
  const result = limitedType(node, context)
  const numbers = weights.data as Float32Array
  const slices = (form.granularity ?? integers.weights.granularity) === 'per-axis' ? channels : 1
  const what = `weights ${slices} ${axis} ${JSON.stringify(integers.weights)} ${integers.rounding.weight}`
  const make = () => quantizeWeights(numbers, { ...weightFormOf(numbers, slices, context, axis), channels: slices })
  const quantized = onceFor(numbers, what, make)
  const scales = quantized.scales.map((scale) => scale * operand.scale)
  const weight = newConstant(nameOf(name, 'weight'), quantized.dtype, weights.shape, quantized.codes)
  const values: Value[] = [{ ...weight, type: weightTypeOf(quantized, weights.shape, axis === 'outermost' ? 0 : 1) }]
  if (bias !== undefined || operand.zeroPoint !== 0) {
    const addends = numbersOf(bias, channels)
    const offsets = zeroPointBias(quantized.codes, operand.zeroPoint, { channels, axis, zeroPoints: quantized.zeroPoints })
    const codes = biasCodes(addends, scales, { dtype: integers.bias ?? 'i32', rounding: integers.rounding.weight, offsets, layer: name })
    values.push(newConstant(nameOf(name, 'bias'), integers.bias ?? 'i32', [channels], codes))
  }
  const factors = scales.map((scale) => factorFor('sum', scale / result.quant!.scale, context))
  return loweredTo(
    {
      op,
      inputs: [x, ...values.map((value) => value.name)],
      outputs: [name],
      attrs: { ...form.attrs, ...requantizationOf(factors, context), relu: context.attrs(node)['relu']! },
    },
    [...values, { name, type: result }],
  )
}

/** The bias of each channel; zeros when there is none, and one number stands for all. */
function numbersOf(bias: Tensor | undefined, channels: number): Float32Array {
  if (bias === undefined) return new Float32Array(channels)
  const data = Float32Array.from(bias.data as Float32Array)
  return data.length === 1 ? new Float32Array(channels).fill(data[0]!) : data
}
