import { type LowerContext, type LowerOp, type Node, QError } from '@q/ir'
import { asFloat } from '@q/ir/lowering'

/** The refusal of a layer that the program of the host has no form of. */
export const notOnHost = ({ op }: Node, { target }: LowerContext, found: string, wanted: string): QError =>
  new QError('OP_UNSUPPORTED', `${target.name} cannot run this ${op}`, {
    found,
    wanted,
    hint: 'compute this layer before or behind the network, or choose another chip',
  })

/** The same, of at most four axes: the host computes something else of more. @throws QError `OP_UNSUPPORTED` */
export const ofFourAxes =
  (lower: LowerOp = asFloat()): LowerOp =>
  (node, context) => {
    const { shape } = context.typeOf(node.inputs[0]!)
    if (shape.length > 4) throw notOnHost(node, context, `an operand of [${shape.join(', ')}]`, 'at most four axes')
    return lower(node, context)
  }

/** Elements between elements of a plane. @throws QError `OP_UNSUPPORTED` for cubic ones, which the host has not */
export const lowerGridSample: LowerOp = ofFourAxes((node, context) => {
  const { mode } = context.attrs(node)
  if (mode === 'cubic') throw notOnHost(node, context, 'the mode cubic', 'linear or nearest')
  return asFloat()(node, context)
})
