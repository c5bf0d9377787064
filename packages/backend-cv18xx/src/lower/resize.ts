import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { floatResult, lowerFloat } from '@q/ir/lowering'
import { depthwise } from './depthwise.ts'
import { bf16StyleOf } from './lut-bf16.ts'

/** The weights of the places around an element that is magnified to two. */
const ramp: readonly number[] = [0.25, 0.75, 0.75, 0.25]

/** A linear resampling to twice the size: the border repeated once, then a transposed convolution. Others are computed by the host. */
export const lowerResize: LowerOp = (node, context) => (isDoubling(node, context) ? doubled(node, context) : byHost(node, context))

function byHost(node: Node, context: LowerContext): LoweredNode {
  const made = lowerFloat(node, context.in('HOST'))
  if (context.scheme.kind === 'float') return made
  const message = `${layerOf(node)} is computed by the host in float32: the chip resamples to twice the size only`
  return { ...made, diagnostics: [{ level: 'warning', code: 'COMPUTED_IN_FLOAT', message, at: [layerOf(node)] }] }
}

function isDoubling(node: Node, context: LowerContext): boolean {
  const { mode, coordinate_transformation_mode: places } = context.attrs(node)
  if (mode !== 'linear' || (places !== 'half_pixel' && places !== 'pytorch_half_pixel')) return false
  const [from, to] = [context.typeOf(node.inputs[0]!).shape, context.typeOf(layerOf(node)).shape]
  return from.length === 4 && to[2] === 2 * from[2]! && to[3] === 2 * from[3]!
}

function doubled(node: Node, context: LowerContext): LoweredNode {
  const [x] = node.inputs as [string]
  const padded = `${x}_pad_edge`
  const { shape } = context.typeOf(x)
  const type = context.scheme.kind === 'integer' ? context.quantizedType(x) : floatResult(x, context)
  const taps = ramp.flatMap((row) => ramp.map((column) => row * column))
  const made = depthwise(node, context, {
    x: padded,
    taps,
    kernel: [4, 4],
    strides: [2, 2],
    pads: [3, 3, 3, 3],
    weightName: `${x}_add_weight`,
  })
  const border: Node = {
    op: 'Pad',
    inputs: [x],
    outputs: [padded],
    attrs: { pads: [0, 0, 1, 1, 0, 0, 1, 1], mode: 'edge', ...bf16StyleOf(context) },
  }
  return {
    ...made,
    nodes: [border, ...made.nodes],
    values: [{ name: padded, type: { ...type, shape: [shape[0]!, shape[1]!, shape[2]! + 2, shape[3]! + 2] } }, ...made.values],
  }
}
