import { layerOf } from '@q/ir'
import { factorFor, limitedType, loweredTo, onCodes, requantizationOf } from '@q/ir/lowering'

/** The sum of a window and one factor for it. */
export const lowerAveragePool = onCodes((node, context) => {
  const name = layerOf(node)
  const type = limitedType(node, context)
  const { reluLimit: _, ...attrs } = context.attrs(node)
  const places = (attrs['kernel_shape'] as readonly number[]).reduce((product, size) => product * size, 1)
  const factor = factorFor('product', context.quantizedType(node.inputs[0]!).quant!.scale / (type.quant!.scale * places), context)
  return loweredTo(
    { op: 'QAveragePool', inputs: node.inputs, outputs: [name], attrs: { ...attrs, ...requantizationOf([factor], context) } },
    [{ name, type }],
  )
})
