import { type Attrs, type LowerContext, type LoweredNode, layerOf, type Node, type Tensor } from '@q/ir'
import { floatElements, floatResult, floatTypeOf, loweredTo, newConstant } from '@q/ir/lowering'
import { convolution } from './conv.ts'
import { thresholdOf } from './threshold.ts'

/** A convolution of every channel by itself, with the same taps. */
export interface Depthwise {
  readonly op: 'Conv' | 'ConvTranspose'
  /** The operand: that of the node, or a value made in front. */
  readonly x: string
  /** Taps of the plane, row by row. */
  readonly taps: readonly number[]
  readonly kernel: readonly [height: number, width: number]
  readonly strides: readonly [number, number]
  readonly pads: readonly number[]
  /** Name of the weights in float modes, without their type. */
  readonly weightName: string
}

/** A node as such a convolution, in the mode of the context. */
export function depthwise(node: Node, context: LowerContext, { op, x, taps, kernel, strides, pads, weightName }: Depthwise): LoweredNode {
  const name = layerOf(node)
  const channels = context.typeOf(name).shape[1]!
  const data = Float32Array.from(Array.from({ length: channels }, () => taps).flat())
  const weights: Tensor = { dtype: 'f32', shape: [channels, 1, ...kernel], data }
  const { relu = false, reluLimit = -1 } = context.attrs(node)
  const more = op === 'ConvTranspose' ? { output_padding: [0, 0] } : {}
  const attrs: Attrs = { strides, pads, dilations: [1, 1], ...more, group: channels, relu, reluLimit }
  if (context.scheme.kind === 'integer') {
    const operand = thresholdOf(node.inputs[0]!, context)
    return convolution({ op: `Q${op}`, x, name, weights, attrs, operand }, context)
  }
  const type = floatTypeOf(context)
  const constant = newConstant(`${name}_${weightName}_${type}`, type, weights.shape, floatElements(data, type, context.scheme.bf16))
  const style = context.scheme.bf16 === undefined ? {} : { bf16: context.scheme.bf16 }
  return loweredTo({ op, inputs: [x, constant.name], outputs: [name], attrs: { ...attrs, ...style } }, [
    constant,
    { name, type: floatResult(name, context) },
  ])
}
