import { onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/**
 * A reduction that drops its axes, behind a Transpose that nothing else uses, reduces the axes where they were before, as TPU-MLIR 1.30.2 has it (found by 60 variants of order and axes): where the Transpose
 * exchanges two blocks of axes that stand side by side, and at most one of these axes is left, so that those that are left stand as they did.
 */
export const reductionBehindTranspose: Rule = (net, node) => {
  const { axes, keepdims } = node.attrs as { readonly axes: readonly number[]; readonly keepdims: boolean }
  const transpose = net.producer(node.inputs[0]!)
  if (keepdims || transpose?.op !== 'Transpose' || onlyUser(net, transpose) !== node) return false
  const perm = transpose.attrs['perm'] as readonly number[]
  const left = perm.filter((axis, place) => axis !== place && !axes.includes(place))
  if (left.length > 1 || !exchangesBlocks(perm)) return false
  net.change(node, {
    inputs: [transpose.inputs[0]],
    attrs: { ...node.attrs, axes: axes.map((place) => perm[place]!).sort((a, b) => a - b) },
  })
  return true
}

/** Whether an order of axes is that of two blocks side by side, each in its own order, that have changed places. */
function exchangesBlocks(perm: readonly number[]): boolean {
  const first = perm.findIndex((axis, place) => axis !== place)
  const last = perm.findLastIndex((axis, place) => axis !== place)
  if (first < 0) return false
  const moved = perm.slice(first, last + 1)
  return moved.every((axis, i) => axis === first + ((moved[0]! - first + i) % moved.length))
}
