import { addNumber, constantOf, isPerChannel, numberOf, reshapedConstant } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { before } from './arithmetic.ts'

/**
 * PRelu with one slope is a LeakyRelu; a slope for each channel gets the rank of the tensor. Slopes along other axes are
 * `max(x, 0) + slope * min(x, 0)`.
 */
export const pRelu: Rule = (net, node) => {
  const [x, slope] = node.inputs as [string, string]
  const [result] = node.outputs as [string]
  const single = numberOf(net, slope, true)
  if (single !== undefined) {
    net.change(node, { op: 'LeakyRelu', inputs: [x], attrs: { alpha: single } })
    return true
  }
  const shape = net.shape(x)
  const own = net.shape(slope)
  if (!isPerChannel(own, shape)) {
    const positive = before(net, node, `${result}_positive`, 'Relu', [x], x)
    const negative = before(net, node, `${result}_negative`, 'Min', [x, addNumber(net, `${result}_zero`, 0)], x)
    const sloped = before(net, node, `${result}_sloped`, 'Mul', [negative, slope], x)
    net.change(node, { op: 'Add', inputs: [positive, sloped] })
    return true
  }
  if (constantOf(net, slope) === undefined || own.length === shape.length) return false
  const wanted = [...new Array<number>(shape.length - own.length).fill(1), ...own]
  net.change(node, { inputs: [x, reshapedConstant(net, slope, wanted)] })
  return true
}
