import { elementCount, layerOf } from '@q/ir'
import { factorFor, limitedType, loweredTo, onCodes, requantizationOf } from '@q/ir/lowering'

const modes: Readonly<Record<string, string>> = { ReduceMax: 'max', ReduceMean: 'mean', ReduceMin: 'min', ReduceSum: 'sum' }

/** The sum, largest or smallest of codes over axes times one factor. */
export const lowerReduce = onCodes((node, context) => {
  const name = layerOf(node)
  const [x] = node.inputs as [string]
  const type = limitedType(node, context)
  const { axes, keepdims } = context.attrs(node)
  const { shape } = context.typeOf(x)
  const count = elementCount((axes as readonly number[]).map((axis) => shape[axis < 0 ? axis + shape.length : axis]!))
  const mode = modes[node.op]!
  const scale = context.quantizedType(x).quant!.scale / (type.quant!.scale * (mode === 'mean' ? count : 1))
  const attrs = { axes: axes!, keepdims: keepdims!, mode, ...requantizationOf([factorFor('product', scale, context)], context) }
  return loweredTo({ op: 'QReduce', inputs: [x], outputs: [name], attrs }, [{ name, type }])
})
