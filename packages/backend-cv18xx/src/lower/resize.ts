import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { lowerFloat } from '@q/ir/lowering'
import { depthwise } from './depthwise.ts'
import { repeated } from './repeated.ts'

type Factors = readonly [rows: number, columns: number]

/**
 * A resampling that the chip knows: to the nearest element by whole factors, a repetition; linear to the half, a mean of four. Others are computed by the host; linear by
 * whole factors, a rewrite has made another operator of it.
 */
export const lowerResize: LowerOp = (node, context) => {
  const factors = factorsOf(node, context)
  const { mode, coordinate_transformation_mode: places } = context.attrs(node)
  if (factors === undefined || places === 'align_corners') return byHost(node, context)
  const isWhole = factors.every((each) => Number.isInteger(each))
  if (mode === 'nearest') return isWhole && places === 'asymmetric' ? repeated(node, context, factors) : byHost(node, context)
  if (places === 'asymmetric') return byHost(node, context)
  return factors.every((each) => each === 0.5) ? halved(node, context) : byHost(node, context)
}

/** By how much planes grow; `undefined` of what has none. */
function factorsOf(node: Node, context: LowerContext): Factors | undefined {
  const [from, to] = [context.typeOf(node.inputs[0]!).shape, context.typeOf(layerOf(node)).shape]
  return from.length === 4 ? [to[2]! / from[2]!, to[3]! / from[3]!] : undefined
}

function byHost(node: Node, context: LowerContext): LoweredNode {
  const made = lowerFloat(node, context.in('HOST'))
  if (context.scheme.kind === 'float') return made
  const message = `${layerOf(node)} is computed by the host in float32: the chip resamples by whole factors and to the half only`
  return { ...made, diagnostics: [{ level: 'warning', code: 'COMPUTED_IN_FLOAT', message, at: [layerOf(node)] }] }
}

function halved(node: Node, context: LowerContext): LoweredNode {
  const [x] = node.inputs as [string]
  return depthwise(node, context, {
    op: 'Conv',
    x,
    taps: Array.from({ length: 4 }, () => 0.25),
    kernel: [2, 2],
    strides: [2, 2],
    pads: [0, 0, 0, 0],
    weightName: `${x}_conv_filter`,
  })
}
