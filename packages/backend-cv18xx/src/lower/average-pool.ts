import { elementCount, type LowerOp, layerOf } from '@q/ir'
import { loweredTo, onCodes } from '@q/ir/lowering'
import { quantizedScale } from '@q/ir/number'
import { rescaledBy } from './byte-factor.ts'
import { inBf16 } from './in-bf16.ts'
import { thresholdOf } from './threshold.ts'

/** The sum of a window times one factor. */
export const lowerAveragePool: LowerOp = onCodes((node, context) => {
  const name = layerOf(node)
  const { reluLimit: _, ...attrs } = context.attrs(node)
  const kernel = attrs['kernel_shape'] as readonly number[]
  if (kernel.length > 2) return inBf16(node, context, 'it has three spatial axes')
  const factor = quantizedScale(thresholdOf(node.inputs[0]!, context) / (thresholdOf(name, context) * elementCount(kernel)))
  return loweredTo(
    {
      op: 'QAveragePool',
      inputs: node.inputs,
      outputs: [name],
      attrs: { ...attrs, sumRounding: 'half-up', ...rescaledBy([factor], context) },
    },
    [{ name, type: context.quantizedType(name) }],
  )
})
