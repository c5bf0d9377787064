import { type LowerOp, layerOf } from '@q/ir'
import { loweredTo, newConstant, onCodes } from '@q/ir/lowering'
import { quantizedScale, roundSaturate } from '@q/ir/number'
import { rescaledBy } from './byte-factor.ts'
import { inBf16 } from './in-bf16.ts'
import { thresholdOf } from './threshold.ts'

/** A number times the slope of its channel below zero, all slopes at one shift. */
export const lowerPRelu: LowerOp = onCodes((node, context) => {
  const [x, s] = node.inputs as [string, string]
  const slopes = context.constantOf(s)
  if (slopes === undefined) return inBf16(node, context, 'its slopes are computed')
  const name = layerOf(node)
  const factor = thresholdOf(x, context) / thresholdOf(name, context)
  const numbers = Array.from(slopes.data as Float32Array)
  const { shift } = quantizedScale(Math.max(...numbers.map((slope) => Math.abs(slope * factor))))
  const codes = Int8Array.from(numbers, (slope) => roundSaturate(Math.fround(slope * factor * 2 ** shift), 'i8', 'half-up'))
  const slope = newConstant(`${name}_slope_i8`, 'i8', slopes.shape, codes)
  return loweredTo(
    {
      op: 'QPRelu',
      inputs: [x, slope.name],
      outputs: [name],
      attrs: rescaledBy([{ multiplier: 1, shift }, quantizedScale(factor)], context),
    },
    [slope, { name, type: context.quantizedType(name) }],
  )
})
