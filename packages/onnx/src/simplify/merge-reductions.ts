import { onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/** Reductions that give the same of all axes at once and of one after the other. */
const stepwise: ReadonlySet<string> = new Set(['L1', 'L2', 'Max', 'Mean', 'Min', 'Prod', 'Sum'].map((kind) => `Reduce${kind}`))

/** Two reductions in a row are one, where their axes are neighbours and both keep or both drop them, as in TPU-MLIR 1.30.2. */
const mergeReductions: Rule = (net, node) => {
  const first = net.producer(node.inputs[0]!)
  if (first?.op !== node.op || !stepwise.has(node.op) || onlyUser(net, first) !== node) return false
  const keepsAxes = node.attrs['keepdims'] !== false
  if ((first.attrs['keepdims'] !== false) !== keepsAxes) return false
  const [before, after] = [first, node].map(({ attrs }) => attrs['axes'] as readonly number[])
  const rank = net.shape(first.inputs[0]!).length
  const left = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => keepsAxes || !before!.includes(axis))
  const axes = [...before!, ...after!.map((axis) => left[axis]!)].sort((a, b) => a - b)
  if (axes.at(-1)! - axes[0]! !== axes.length - 1 || new Set(axes).size < axes.length) return false
  net.change(node, { inputs: [first.inputs[0]], attrs: { ...node.attrs, axes } })
  net.remove(first)
  return true
}

/** The rule for each of them. */
export const reductionRules = Object.fromEntries([...stepwise].map((op) => [op, [mergeReductions]]))
