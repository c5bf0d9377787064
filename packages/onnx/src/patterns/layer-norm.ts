import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { constantOf, keepsShape, numberOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { madeBy } from './match.ts'

const axesOf = (node: Node): readonly number[] => node.attrs['axes'] as readonly number[]

function squared(net: GraphDraft, name: string | undefined): string | undefined {
  const power = madeBy(net, name, 'Pow')
  if (power !== undefined && numberOf(net, power.inputs[1]) === 2) return power.inputs[0]
  return undefined
}

/**
 * `(x - mean) / sqrt(mean((x - mean)^2) + eps)`, with the factor and the term behind it, is a normalization. As TPU-MLIR 1.30.2 sees
 * it, the square is a power and the axes of a layer normalization are counted from the end; other spellings stay as they are.
 */
export const layerNorm: Rule = (net, node) => {
  const centred = madeBy(net, node.inputs[0], 'Sub')
  const root = madeBy(net, node.inputs[1], 'Sqrt')
  const sum = madeBy(net, root?.inputs[0], 'Add')
  const mean = madeBy(net, centred?.inputs[1], 'ReduceMean')
  if (centred === undefined || sum === undefined || mean === undefined || mean.inputs[0] !== centred.inputs[0]) return false
  const side = numberOf(net, sum.inputs[1]) === undefined ? 1 : 0
  const epsilon = numberOf(net, sum.inputs[1 - side])
  const variance = madeBy(net, sum.inputs[side], 'ReduceMean')
  const deviation = madeBy(net, squared(net, variance?.inputs[0]), 'Sub')
  if (epsilon === undefined || variance === undefined || deviation === undefined) return false
  if (
    deviation.inputs[0] !== centred.inputs[0] ||
    (deviation !== centred && madeBy(net, deviation.inputs[1], 'ReduceMean')?.inputs[0] !== mean.inputs[0])
  )
    return false
  const axes = axesOf(mean)
  const x = mean.inputs[0]!
  const rank = net.shape(x).length
  if (axes.join() !== axesOf(variance).join() || mean.attrs['keepdims'] !== true) return false
  const trailing = mean.attrs['fromEnd'] === true && axes.every((axis, i) => axis === rank - axes.length + i)
  const pixel = rank === 4 && axes.length === 1 && axes[0] === 1
  if (!trailing && !pixel) return false
  const over = trailing ? net.shape(x).slice(rank - axes.length) : net.shape(x).slice(1, 2)
  const scale = affineStep(net, node, 'Mul', over, pixel)
  const bias = scale === undefined ? undefined : affineStep(net, scale.user, 'Add', over, pixel)
  const last = bias?.user ?? scale?.user ?? node
  if (!keepsShape(net, last, x)) return false
  for (const inner of [node, scale?.user]) if (inner !== undefined && inner !== last) net.remove(inner)
  net.change(last, {
    op: trailing ? 'LayerNormalization' : 'PixelNormalization',
    inputs: [x, scale?.constant, bias?.constant],
    attrs: trailing ? { axis: axes[0]!, epsilon } : { epsilon },
  })
  return true
}

function affineStep(
  net: GraphDraft,
  node: Node,
  op: string,
  over: readonly number[],
  pixel: boolean,
): { readonly user: Node; readonly constant: string } | undefined {
  const user = onlyUser(net, node)
  if (user?.op !== op) return undefined
  const side = user.inputs[0] === node.outputs[0] ? 1 : 0
  const constant = constantOf(net, user.inputs[side])
  if (constant === undefined) return undefined
  const sizes = constant.shape.filter((d) => d !== 1).join()
  const placed = pixel ? constant.shape.length >= 3 : constant.shape.slice(-over.length).join() === over.join()
  return placed && sizes === over.filter((d) => d !== 1).join() ? { user, constant: user.inputs[side]! } : undefined
}
