import { QError } from '../errors.ts'
import { codeLimitsOf } from '../graph/code-limits.ts'
import { layerOf } from '../graph/edges.ts'
import type { Node, TensorType } from '../graph/types.ts'
import { allOps } from '../ops/op-set.ts'
import { type LowerContext, type LoweredNode, loweredTo } from '../resolve/lower-context.ts'
import { onCodes } from './by-mode.ts'
import { factorFor } from './factor.ts'
import { limitedType } from './relu-limit.ts'
import { requantizationOf } from './requantization.ts'
import { codeIn, lowerJoin } from './same-scale.ts'

/** Operators whose results are elements of operands, and the places of these operands; absent: all. */
const copying: Readonly<Record<string, readonly number[] | undefined>> = {
  Concat: undefined,
  DepthToSpace: undefined,
  Gather: [0],
  GatherElements: [0],
  GatherND: [0],
  Max: undefined,
  MaxPool: undefined,
  Min: undefined,
  Pad: undefined,
  Relu: undefined,
  Reshape: undefined,
  Reverse: undefined,
  ScatterElements: [0, 2],
  ScatterND: [0, 2],
  ShuffleChannel: undefined,
  Slice: undefined,
  Squeeze: undefined,
  SwapDimInner: undefined,
  Tile: undefined,
  Transpose: undefined,
  Unsqueeze: undefined,
  Upsample: undefined,
  Where: [1, 2],
}

/**
 * A node on codes as it stands, its results typed by their own ranges. Right only where the target's range rules give operands and results
 * one range, or where a chip really reads codes of one scale as codes of another; {@link lowerCopy} asks for neither.
 *
 * The limit of a ReLU is dropped: the range of the result is trusted not to go beyond it, so that codes saturate there.
 */
export function copyCodes(node: Node, context: LowerContext): LoweredNode {
  return loweredTo(
    withoutLimit(node),
    node.outputs.map((name) => ({ name, type: context.quantizedType(name) })),
  )
}

const withoutLimit = (node: Node): Node => (node.op === 'Relu' ? { ...node, attrs: { ...node.attrs, reluLimit: -1 } } : node)

/** @throws QError `OP_UNSUPPORTED` for an operator that computes */
function copyOrRequantize(node: Node, context: LowerContext): LoweredNode {
  if (!(node.op in copying) && allOps.has(node.op)) throw notCopying(node)
  const { relu, reluLimit: _, ...attrs } = context.attrs(node)
  const type = limitedType(node, context)
  const isCapped = codeLimitsOf(type)[1] < codeLimitsOf(context.quantizedType(layerOf(node)))[1]
  if (node.op === 'Relu' && isCapped && context.constantOf(node.inputs[0]) === undefined) {
    return requantizedRelu(node, type, context)
  }
  const plain: Node = node.op === 'Relu' ? withoutLimit(node) : { ...node, attrs: node.op === 'Pad' ? padded(node, context) : attrs }
  const places = copying[node.op]
  return lowerJoin(plain, context, { ...(places === undefined ? {} : { places }), relu: node.op !== 'Relu' && relu === true, type })
}

/** A ReLU whose codes end before those of their element type: what brings them to their scale caps them too. */
function requantizedRelu({ inputs, outputs }: Node, type: TensorType, context: LowerContext): LoweredNode {
  const factor = factorFor('operand', context.quantizedType(inputs[0]!).quant!.scale / type.quant!.scale, context)
  const node = { op: 'Requantize', inputs, outputs, attrs: { ...requantizationOf([factor], context), relu: true } }
  return loweredTo(node, [{ name: outputs[0]!, type }])
}

/** The attributes of a border of numbers, which are codes of the result. */
function padded(node: Node, context: LowerContext): Node['attrs'] {
  const { mode, value } = context.attrs(node)
  return mode === 'constant' ? { ...node.attrs, value: codeIn(context.quantizedType(layerOf(node)), Number(value), context) } : node.attrs
}

/**
 * Data movement and selection: on codes the same node, operands of another scale or zero point than the result's requantized right behind
 * where they are made; the numbers of a border and constants as codes of the result; a ReLU capped at its limit. On floats the node itself.
 */
export const lowerCopy = onCodes(copyOrRequantize)

function notCopying(node: Node): QError {
  return new QError('OP_UNSUPPORTED', `${node.op} computes, so its codes cannot be copied`, {
    at: [layerOf(node)],
    found: node.op,
    wanted: Object.keys(copying).join(', '),
    hint: 'lower it with asTable, asSum or the like, or keep it in a float mode',
  })
}
