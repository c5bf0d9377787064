import type { LowerContext, LowerOp, Node, Tensor } from '@q/ir'
import { lostFromMean } from '../numbers/lost-from-mean.ts'
import type { WeightsOfLayer } from '../table/weight-entries.ts'
import type { AcuityMode } from '../target.ts'

/**
 * A layer with weights whose bias makes up for what rounding takes from the mean of its sums, where the means of what it reads are known. Weights of 16 bits lose nothing that
 * would count; a layer without a bias stays as it is.
 */
export const keepingMean =
  (lower: LowerOp): LowerOp =>
  (node, context) => {
    const lowered = lower(node, context)
    const means = context.facts['means'] as readonly number[] | undefined
    if (means === undefined || context.scheme.kind === 'float' || context.integers.activations.bits === 16) return lowered
    const bias = context.constantOf(node.inputs[2])
    const own = weightsIn(node, context)
    const codes = lowered.values.find(({ name }) => name === lowered.nodes.at(-1)?.inputs[1])?.constant
    if (bias === undefined || own === undefined || codes === undefined) return lowered
    const shift = lostFromMean(node.op, context.attrs(node), { own, codes, mode: context.mode as AcuityMode, mean: means })
    if (shift === undefined || (bias.data.length !== 1 && bias.data.length !== shift.length)) return lowered
    const data = shift.map((x, i) => x + Number(bias.data[bias.data.length === 1 ? 0 : i]))
    const moved: Tensor = { dtype: 'f32', shape: bias.data.length === 1 ? [data.length] : bias.shape, data }
    const constantOf: LowerContext['constantOf'] = (name) => (name === node.inputs[2] ? moved : context.constantOf(name))
    return lower(node, Object.create(context, { constantOf: { value: constantOf } }))
  }

function weightsIn(node: Node, context: LowerContext): WeightsOfLayer | undefined {
  const weights = context.constantOf(node.inputs[1])
  if (weights === undefined) return undefined
  if (node.op === 'Conv') return { weights, axis: 'outermost', channels: weights.shape[0]! }
  if (weights.shape.length !== 2) return undefined
  const isTurned = context.attrs(node)['transB'] === true
  return { weights, axis: isTurned ? 'outermost' : 'innermost', channels: weights.shape[isTurned ? 0 : 1]! }
}
