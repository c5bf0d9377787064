import { elementCount } from '@q/ir'
import { addConstant, constantOf, isPerChannel, reshapedConstant } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/** A factor for each channel of a plane is an Affine, and so is a term for each place of axis 1 of anything, where it is repeated. */
export const perChannelAffine: Rule = (net, node) => {
  const [x, other] = node.inputs as [string, string]
  const known = constantOf(net, other)
  const shape = net.shape(x)
  if (
    known === undefined ||
    (node.op === 'Mul' && shape.length !== 4) ||
    known.data.length === elementCount(shape) ||
    constantOf(net, x) !== undefined ||
    known.data.length === 1 ||
    !isPerChannel(known.shape, shape)
  )
    return false
  const channels = shape[1]!
  const sizes = shape.map((_, axis) => (axis === 1 ? channels : 1))
  const wide = reshapedConstant(net, other, sizes)
  const result = node.outputs[0]!
  const { relu, reluLimit } = node.attrs
  const attrs = { ...(relu === undefined ? {} : { relu }), ...(reluLimit === undefined ? {} : { reluLimit }) }
  const inputs =
    node.op === 'Add'
      ? [x, addConstant(net, `${result}__scale_weight`, sizes, new Float32Array(channels).fill(1)), wide]
      : [x, wide, addConstant(net, `${result}_bias`, sizes, new Float32Array(channels))]
  net.change(node, { op: 'Affine', inputs, attrs })
  return true
}
