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
  const isReal = kernel.length > 2 || hasZeroPoints(context)
  const rescaling = isReal
    ? { scale: ratio, offset, ...(countsBorder(attrs, zeroPoint) ? { count_include_pad: true } : {}) }
    : requantizationOf([factorFor('product', ratio, context)], context)
  const facts = isReal
    ? realFacts(attrs, zeroPoint, relu === true && hasZeroPoints(context), kernel.length === 1 && isCutOff(node, context))
    : sumFacts(attrs)
  return loweredTo(
    {
      op: 'QAveragePool',
      inputs: node.inputs,
      outputs: [name],
      attrs: { ...attrs, ...rescaling, relu: relu! },
    },
    [{ name, type: result }],
    facts.length > 0 ? { diagnostics: facts.map((fact) => computedOtherwise(node, fact)) } : {},
  )
}

const isPadded = ({ pads }: Attrs): boolean => (pads as readonly number[]).some((pad) => pad > 0)

/** Of windows that have fewer elements at the border than elsewhere, TPU-MLIR 1.30.2's simulator gives every second average one code off what its compiler says. */
const sumFacts = (attrs: Attrs): readonly string[] =>
  attrs['count_include_pad'] !== true && isPadded(attrs) ? ['averages at the border, which does not count, may be one code off'] : []

/** A border of zeros always counts where codes with a zero point are rescaled as real numbers. */
const countsBorder = (attrs: Attrs, zeroPoint: number): boolean => zeroPoint !== 0 && isPadded(attrs)

/** Of sums that are rescaled as real numbers, TPU-MLIR 1.30.2's simulator has other averages than its compiler says beside a border, where elements of a row are left out, and behind a ReLU. */
function realFacts(attrs: Attrs, zeroPoint: number, relu: boolean, isCut: boolean): readonly string[] {
  const isOtherwise = countsBorder(attrs, zeroPoint) && attrs['count_include_pad'] !== true
  return [
    ...(isOtherwise ? ['the zeros of its border count'] : []),
    ...(isPadded(attrs) || isCut ? ['averages may be some codes off'] : []),
    ...(relu ? ['what its ReLU cuts off begins at another code than that of 0'] : []),
  ]
}

/** Whether windows leave elements at the far end out. */
function isCutOff(node: Node, context: LowerContext): boolean {
  const { kernel_shape: kernel, strides, pads } = context.attrs(node) as Readonly<Record<string, readonly number[]>>
  const sizes = context.typeOf(node.inputs[0]!).shape.slice(2)
  return kernel!.some((size, i) => (sizes[i]! + pads![i]! + pads![i + kernel!.length]! - size) % strides![i]! !== 0)
}

const isPlaneCutOff = (node: Node, context: LowerContext): boolean =>
  (context.attrs(node)['kernel_shape'] as readonly number[]).length > 1 && isCutOff(node, context)

/**
 * Average pool: in INT8 the rounded sum of each window, requantized by an 8-bit multiplier; over three axes and with zero points the sum times a real
 * number. With zero points a pool that leaves elements of a plane out is computed in floats.
 */
export const lowerAveragePool = orFloat(onCodes(int8), 'F32', isPlaneCutOff)
