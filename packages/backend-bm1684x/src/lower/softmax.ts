import { type LowerContext, type LoweredNode, type LowerOp, layerOf, loweredTo, type Node, type Value } from '@q/ir'
import { lowerFloat, newConstant, onCodes } from '@q/ir/lowering'

/** The smallest normal float32; what lies below counts as 0. */
const smallest = 2 ** -126

/** The exponentials `float32(e^(-scale i))` of a softmax over codes, without subnormal ones. */
export function softmaxTable(name: string, scale: number): Value {
  const entries = Float32Array.from({ length: 256 }, (_, i) => {
    const entry = Math.exp(-scale * i)
    return entry < smallest ? 0 : entry
  })
  return newConstant(name, 'f32', [1, 1, 1, 256], entries)
}

/**
 * INT8 only over axis 1 of at most four axes. Fewer than four axes are padded by reshapes, and the result then has the name
 * of the last reshape, `<name>__softmax_reshape`.
 */
function int8(node: Node, context: LowerContext, inFloats: LowerOp): LoweredNode {
  const name = layerOf(node)
  const x = node.inputs[0]!
  const { axis, log } = context.attrs(node)
  const result = context.quantizedType(name)
  const rank = result.shape.length
  if (log === true || rank > 4 || ((axis as number) + rank) % rank !== 1) return inFloats(node, context.in('F16'))
  const table = softmaxTable(`${name}_table`, context.quantizedType(x).quant!.scale)
  if (rank === 4) {
    return loweredTo({ op: 'QSoftmax', inputs: [x, table.name], outputs: [name], attrs: { axis: 1 } }, [table, { name, type: result }])
  }
  const shape = [...result.shape, 1, 1, 1].slice(0, 4)
  const reshaped = `${x}_reshape`
  const inner = `${name}__softmax`
  return {
    nodes: [
      { op: 'QSoftmax', inputs: [reshaped, table.name], outputs: [inner], attrs: { axis: 1 } },
      { op: 'Reshape', inputs: [inner], outputs: [`${inner}_reshape`], attrs: { shape: result.shape } },
    ],
    hoisted: [{ op: 'Reshape', inputs: [x], outputs: [reshaped], attrs: { shape } }],
    values: [
      table,
      { name: reshaped, type: { ...context.quantizedType(x), shape } },
      { name: inner, type: { ...result, shape } },
      { name: `${inner}_reshape`, type: result },
    ],
    renamed: new Map([[name, `${inner}_reshape`]]),
  }
}

/**
 * Softmax.
 *
 * @param longest elements of which half floats are added up at most; more are float32
 */
export const lowerSoftmax = (longest: number): LowerOp => {
  const inFloats: LowerOp = (node, context) => {
    const { shape } = context.typeOf(node.inputs[0]!)
    const isLong = shape.at(Number(context.attrs(node)['axis']))! > longest
    return lowerFloat(node, isLong && context.mode !== 'F32' ? context.in('F32') : context)
  }
  return onCodes((node, context) => int8(node, context, inFloats), inFloats)
}
