import type { LowerOp } from '../contracts/backend.ts'
import { layerOf } from '../graph/edges.ts'
import type { Attrs, Node, TensorType, Value } from '../graph/types.ts'
import { type LowerContext, type LoweredNode, loweredTo } from '../resolve/lower-context.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { biasCodes, biasFits, zeroPointBias } from './bias.ts'
import { onCodes } from './by-mode.ts'
import { newConstant } from './constant.ts'
import { largestOf } from './extent.ts'
import { factorFor } from './factor.ts'
import { lowerFloat } from './float.ts'
import { onceFor } from './once-for.ts'
import { limitedType } from './relu-limit.ts'
import { requantizationOf } from './requantization.ts'
import { roomForBias } from './room-for-bias.ts'
import { columnsOf, filtersOf, type OutputSlices } from './weight-slices.ts'
import { quantizeWeights, type WeightCodes, weightFormOf, weightTypeOf } from './weights.ts'

/** What a convolution and a matrix product leave open. */
export interface WeightedForm {
  /** Lowers what has no form on codes. @default in the target's `defaultFloat`, with a warning `COMPUTED_IN_FLOAT` that says why */
  readonly otherwise?: LowerOp
  /** Name of the codes of the weights (`weight`) or of the bias. @default `<layer>_<part>` */
  readonly nameOf?: (layer: string, part: 'weight' | 'bias') => string
  /** One scale for the weights of this operator, or one for each output channel. @default as the scheme says */
  readonly granularity?: 'per-tensor' | 'per-axis' | undefined
}

/**
 * A convolution with constant weights on codes, all by the scheme of the mode: weights per tensor or per output channel, the bias in its
 * type, the zero point of the operand made up for in the bias, factors encoded for sums. Computed weights or a computed bias have no form on
 * codes. Floats by {@link lowerFloat}, the bias in float32.
 */
export const asConv = (form: WeightedForm = {}): LowerOp =>
  onCodes(
    (node, context) => {
      const shape = context.constantOf(node.inputs[1])?.shape
      if (shape === undefined) return inFloat(node, context, form, 'its weights are computed')
      return weighted(node, context, form, 'QConv', filtersOf(shape))
    },
    (node, context) => lowerFloat(node, context, { keep: [2] }),
  )

/**
 * A matrix product on codes, in the same way: a constant matrix per tensor or per column, or two computed operands, each by the scale of its
 * range. Zero points of the left operand that no bias of a column can make up for are taken off its codes (`zeroPointInSum` false). A
 * constant on the left or a computed bias have no form on codes. Floats by {@link lowerFloat}.
 */
export const asMatMul = (form: WeightedForm = {}): LowerOp =>
  onCodes((node, context) =>
    weighted(node, context, form, 'QMatMul', columnsOf(context.typeOf(node.inputs[1]!).shape, context.attrs(node))),
  )

function inFloat(node: Node, context: LowerContext, { otherwise }: WeightedForm, why: string): LoweredNode {
  if (otherwise !== undefined) return otherwise(node, context)
  const mode = context.target.defaultFloat
  const message = `${layerOf(node)} is computed in ${mode} although the chip has ${node.op} in ${context.mode}: ${why}`
  const warning = { level: 'warning', code: 'COMPUTED_IN_FLOAT', message, at: [layerOf(node)] } as const
  return { ...lowerFloat(node, context.in(mode)), diagnostics: [warning] }
}

/** The right operand on codes, and the bias that goes with it. */
interface RightCodes {
  readonly scales: readonly number[]
  /** The constants that were made: the weights, the bias. */
  readonly constants: readonly Value[]
  readonly zeroPointInSum: boolean
}

function weighted(node: Node, context: LowerContext, form: WeightedForm, op: 'QConv' | 'QMatMul', slices: OutputSlices): LoweredNode {
  const [x, w, b] = node.inputs as [string, string, string?]
  const bias = context.constantOf(b)
  if (context.constantOf(x) !== undefined) return inFloat(node, context, form, 'its first operand is a constant')
  if (b !== undefined && bias === undefined) return inFloat(node, context, form, 'its bias is computed')
  const name = layerOf(node)
  const result = limitedType(node, context)
  const channels = slices.isChannel || slices.count > 1 ? slices.count : (bias?.data.length ?? 1)
  const isPerChannel = bias?.data.length === channels && (op === 'QConv' || bias.shape.at(-1) === channels)
  if (bias !== undefined && bias.data.length !== 1 && !isPerChannel)
    return inFloat(node, context, form, 'its bias is not one number for each channel')
  const layer: Layer = { name, x: context.quantizedType(x), result, bias, channels, slices, form }
  const weights = context.constantOf(w)
  const right = weights === undefined ? computedRight(w, layer, context) : constantRight(weights, layer, context)
  const { scale } = layer.x.quant!
  const factors = right.scales.map((each) => factorFor('sum', (each * scale) / result.quant!.scale, context))
  const { reluLimit: _, relu, ...attrs } = context.attrs(node)
  const made = right.constants.map((value) => value.name)
  return loweredTo(
    {
      op,
      inputs: [x, ...(weights === undefined ? [w] : []), ...made],
      outputs: [name],
      attrs: {
        ...(attrs as Attrs),
        ...requantizationOf(factors, context),
        ...(right.zeroPointInSum ? {} : { zeroPointInSum: false }),
        relu: relu!,
      },
    },
    [...right.constants, { name, type: result }],
  )
}

interface Layer {
  readonly name: string
  readonly x: TensorType
  readonly result: TensorType
  readonly bias: Tensor | undefined
  /** Of the result, as many numbers as the bias has. */
  readonly channels: number
  readonly slices: OutputSlices
  readonly form: WeightedForm
}

const nameOf = ({ name, form }: Layer, part: 'weight' | 'bias'): string => form.nameOf?.(name, part) ?? `${name}_${part}`

function biasConstant(layer: Layer, scales: readonly number[], offsets: Float64Array | undefined, { integers }: LowerContext): Value {
  const dtype = integers.bias ?? 'i32'
  const how = { dtype, rounding: integers.rounding.weight, layer: layer.name, ...(offsets === undefined ? {} : { offsets }) }
  return newConstant(nameOf(layer, 'bias'), dtype, [layer.channels], biasCodes(addendsOf(layer), scales, how))
}

/** Two computed operands: whatever the zero points are, they are taken off the codes. */
function computedRight(w: string, layer: Layer, context: LowerContext): RightCodes {
  const { scale } = context.quantizedType(w).quant!
  const { scale: left, zeroPoint } = layer.x.quant!
  const constants = layer.bias === undefined ? [] : [biasConstant(layer, [scale * left], undefined, context)]
  return { scales: [scale], constants, zeroPointInSum: zeroPoint === 0 }
}

function constantRight(weights: Tensor, layer: Layer, context: LowerContext): RightCodes {
  const { slices, form, bias, x } = layer
  const { integers } = context
  const numbers = weights.data as Float32Array
  const count = (form.granularity ?? integers.weights.granularity) === 'per-axis' ? slices.count : 1
  const what = `weights ${count} ${slices.order} ${JSON.stringify(integers.weights)} ${integers.rounding.weight}`
  const quantize = (leastScales: readonly number[]): WeightCodes =>
    quantizeWeights(numbers, { ...weightFormOf(numbers, count, context, slices.order), channels: count, leastScales })
  const usual = onceFor(numbers, what, () => quantize([]))
  const { zeroPoint } = x.quant!
  const isMadeUpFor = zeroPoint !== 0 && slices.isChannel
  const offsetsOf = ({ codes, zeroPoints }: WeightCodes): Float64Array | undefined =>
    isMadeUpFor ? zeroPointBias(codes, zeroPoint, { channels: slices.count, axis: slices.order, zeroPoints }) : undefined
  const made = bias === undefined ? usual : (roomier(usual, offsetsOf(usual), layer, context, quantize) ?? usual)
  const weight = newConstant(nameOf(layer, 'weight'), made.dtype, weights.shape, made.codes)
  const constants: Value[] = [{ ...weight, type: weightTypeOf(made, weights.shape, slices.axis) }]
  if (bias !== undefined || isMadeUpFor) constants.push(biasConstant(layer, sumScales(made, layer), offsetsOf(made), context))
  return { scales: made.scales, constants, zeroPointInSum: zeroPoint === 0 || isMadeUpFor }
}

const sumScales = ({ scales }: WeightCodes, { x }: Layer): readonly number[] => scales.map((scale) => scale * x.quant!.scale)

/** The weights on coarser scales where the bias asks for them; `undefined` where it does not, or where results would suffer. */
function roomier(
  usual: WeightCodes,
  offsets: Float64Array | undefined,
  layer: Layer,
  { integers }: LowerContext,
  quantize: (leastScales: readonly number[]) => WeightCodes,
): WeightCodes | undefined {
  const dtype = integers.bias ?? 'i32'
  const bias = addendsOf(layer)
  const how = { dtype, rounding: integers.rounding.weight, ...(offsets === undefined ? {} : { offsets }) }
  const fits = biasFits(bias, sumScales(usual, layer), how)
  if (fits.every(Boolean)) return undefined
  const largest = usual.extents.map(largestOf)
  const { x: operand, result, channels } = layer
  const least = roomForBias({ bias, fits, largest, taps: usual.codes.length / channels, operand, result, dtype })
  return least === undefined ? undefined : quantize(least)
}

/** The bias of each channel; zeros when there is none, and one number stands for all. */
function addendsOf({ bias, channels }: Layer): Float32Array {
  if (bias === undefined) return new Float32Array(channels)
  const data = Float32Array.from(bias.data as Float32Array)
  return data.length === 1 ? new Float32Array(channels).fill(data[0]!) : data
}
