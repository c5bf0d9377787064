import { type Attrs, type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { computedOtherwise, factorFor, onCodes, requantizationOf } from '@q/ir/lowering'
import { hasZeroPoints, orFloat } from './zero-points.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { relu, reluLimit: _, ...attrs } = context.attrs(node)
  const kernel = attrs.kernel_shape as readonly number[]
  const result = context.quantizedType(name)
  const places = kernel.reduce((product, d) => product * d, 1)
  const { scale, zeroPoint } = context.quantizedType(node.inputs[0]!).quant!
  const ratio = scale / (result.quant!.scale * places)
  const offset = result.quant!.zeroPoint - (scale / result.quant!.scale) * zeroPoint
  const rescaling =
    kernel.length > 2 || hasZeroPoints(context)
      ? { scale: ratio, offset }
      : requantizationOf([factorFor('product', ratio, context)], context)
  return loweredTo(
    {
      op: 'QAveragePool',
      inputs: node.inputs,
      outputs: [name],
      attrs: { ...attrs, ...rescaling, relu: relu! },
    },
    [{ name, type: result }],
    leavesBorderOut(attrs)
      ? { diagnostics: [computedOtherwise(node, 'averages at the border, which does not count, may be one code off')] }
      : {},
  )
}

/** Whether windows at the border have fewer elements than others; TPU-MLIR 1.30.2's simulator gives every second of their averages one code off what its compiler says. */
const leavesBorderOut = ({ pads, count_include_pad }: Attrs): boolean =>
  count_include_pad !== true && (pads as readonly number[]).some((pad) => pad > 0)

/** Whether windows leave elements at the far end out. */
function leavesRest(node: Node, context: LowerContext): boolean {
  const { kernel_shape: kernel, strides, pads } = context.attrs(node) as Readonly<Record<string, readonly number[]>>
  const sizes = context.typeOf(node.inputs[0]!).shape.slice(2)
  return kernel!.some((size, i) => (sizes[i]! + pads![i]! + pads![i + kernel!.length]! - size) % strides![i]! !== 0)
}

/**
 * Average pool: in INT8 the rounded sum of each window, requantized by an 8-bit multiplier; over three axes and with zero points the sum times a real
 * number. With zero points a pool that leaves elements out is computed in floats.
 */
export const lowerAveragePool = orFloat(onCodes(int8), 'F32', leavesRest)
