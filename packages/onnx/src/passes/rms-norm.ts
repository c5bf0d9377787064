import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { constantOf, isAlongLast, keepsShape, numberOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { madeBy } from '../patterns/match.ts'

/** `x / sqrt(mean(x^2) + eps) * w` over the last axis is a root-mean-square normalization under the name of the last product. */
export const rmsNorm: Rule = (net, node) => {
  const weighted = constantOf(net, node.inputs[1])
  const product = weighted === undefined ? undefined : madeBy(net, node.inputs[0], 'Mul')
  if (product === undefined || onlyUser(net, product) !== node || weighted === undefined) return false
  const found = [0, 1].map((side) => normalized(net, product, side)).find((each) => each !== undefined)
  if (found === undefined || !keepsShape(net, node, found.x)) return false
  const shape = net.shape(found.x)
  if (weighted.shape.length > shape.length || !isAlongLast(weighted.shape, shape.at(-1)!)) return false
  net.change(node, { op: 'RMSNormalization', inputs: [found.x, node.inputs[1]], attrs: { epsilon: found.epsilon } })
  return true
}

function normalized(net: GraphDraft, product: Node, side: number): { readonly x: string; readonly epsilon: number } | undefined {
  const x = product.inputs[1 - side]!
  const inverse = madeBy(net, product.inputs[side], 'Div')
  if (inverse === undefined || numberOf(net, inverse.inputs[0]) !== 1) return undefined
  const sum = madeBy(net, madeBy(net, inverse.inputs[1], 'Sqrt')?.inputs[0], 'Add')
  const epsilon = numberOf(net, sum?.inputs[1])
  const mean = madeBy(net, sum?.inputs[0], 'ReduceMean')
  const square = madeBy(net, mean?.inputs[0], 'Mul')
  if (epsilon === undefined || mean === undefined || square === undefined || mean.attrs['keepdims'] !== true) return undefined
  const axes = mean.attrs['axes'] as readonly number[]
  const last = net.shape(x).length - 1
  return square.inputs[0] === x && square.inputs[1] === x && axes.join() === `${last}` ? { x, epsilon } : undefined
}
