import { type LowerOp, layerOf } from '@q/ir'
import { loweredTo, onCodes } from '@q/ir/lowering'
import { quantizedScale } from '@q/ir/number'
import { type ByteFactor, rescaledBy } from './byte-factor.ts'
import { thresholdOf } from './threshold.ts'

/** A number times the slope below zero, both sides rescaled where the result has another scale. */
export const lowerLeakyRelu: LowerOp = onCodes((node, context) => {
  const name = layerOf(node)
  const factor = thresholdOf(node.inputs[0]!, context) / thresholdOf(name, context)
  const alpha = Number(context.attrs(node)['alpha'])
  const above: ByteFactor = Math.abs(factor - 1) <= 1e-5 ? { multiplier: 1, shift: 0 } : quantizedScale(factor)
  const size = quantizedScale(Math.fround(Math.abs(factor * alpha)))
  const below = alpha < 0 ? { ...size, multiplier: -size.multiplier } : size
  return loweredTo({ op: 'QLeakyRelu', inputs: node.inputs, outputs: [name], attrs: rescaledBy([below, above], context) }, [
    { name, type: context.quantizedType(name) },
  ])
})
