import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { floatResult, lowerFloat } from '@q/ir/lowering'
import { depthwise } from './depthwise.ts'
import { bf16StyleOf } from './lut-bf16.ts'
import { repeated } from './repeated.ts'

type Factors = readonly [rows: number, columns: number]

/** What the chip puts between two elements at most is one element less: of more its compiler makes something else. */
const mostMagnified = 15

/**
 * A resampling that the chip knows: to the nearest element by whole factors, a repetition; linear by whole factors, a transposed convolution behind a border; linear to the
 * half, a mean of four. Others are computed by the host.
 */
export const lowerResize: LowerOp = (node, context) => {
  const factors = factorsOf(node, context)
  const { mode, coordinate_transformation_mode: places } = context.attrs(node)
  if (factors === undefined || places === 'align_corners') return byHost(node, context)
  const isWhole = factors.every((each) => Number.isInteger(each))
  if (mode === 'nearest') return isWhole && places === 'asymmetric' ? repeated(node, context, factors) : byHost(node, context)
  if (places === 'asymmetric') return byHost(node, context)
  if (isWhole && factors.every((each) => each > 1 && each <= mostMagnified)) return magnified(node, factors, context)
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

/** The weights around an element that is magnified, in the float32 numbers of the vendor's lowering: what is between two middles. */
function ramp(factor: number): readonly number[] {
  const before = Math.trunc(factor / 2) - 1
  const weights = new Float32Array(2 * factor)
  for (let i = 0; i < factor; i++) {
    const at = (before - i + factor) % factor
    const place = Math.fround((0.5 + i) / factor + 0.5)
    const share = place - Math.trunc(place)
    weights[at] = 1 - share
    weights[factor + at] = share
  }
  return [...weights].reverse()
}

function magnified(node: Node, factors: Factors, context: LowerContext): LoweredNode {
  const [x] = node.inputs as [string]
  const padded = `${x}_pad_edge`
  const { shape } = context.typeOf(x)
  const type = context.scheme.kind === 'integer' ? context.quantizedType(x) : floatResult(x, context)
  const [rows, columns] = factors.map(ramp) as [readonly number[], readonly number[]]
  const before = factors.map((each) => 2 * each - Math.trunc(each / 2))
  const behind = factors.map((each) => each + Math.trunc(each / 2))
  const made = depthwise(node, context, {
    op: 'ConvTranspose',
    x: padded,
    taps: rows.flatMap((row) => columns.map((column) => Math.fround(row * column))),
    kernel: [rows.length, columns.length],
    strides: factors,
    pads: [...before, ...behind],
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
