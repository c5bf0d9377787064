import type { GraphDraft } from '@q/ir/graph'
import { keepsShape, numberOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { madeBy, withNumber } from '../patterns/match.ts'

/**
 * `x * cos + turned * sin`, where `turned` holds the pairs of neighbours `(a, b)` of `x` as `(-b, a)`, is a rotary position embedding under the name of the sum. As in TPU-MLIR 1.30.2 the
 * factors are on the right, and no single numbers; whatever else the parts are used for, they stay for that.
 */
export const rope: Rule = (net, node) => {
  for (const side of [0, 1]) {
    const [plain, turned] = [madeBy(net, node.inputs[side], 'Mul'), madeBy(net, node.inputs[1 - side], 'Mul')]
    const [x, cos] = plain?.inputs ?? []
    const [pairs, sin] = turned?.inputs ?? []
    if (x === undefined || cos === undefined || sin === undefined || plain?.attrs['relu'] === true || turned?.attrs['relu'] === true)
      continue
    if (numberOf(net, cos) !== undefined || numberOf(net, sin) !== undefined) continue
    if (turnedPairs(net, pairs) !== x || !keepsShape(net, node, x)) continue
    net.change(node, { op: 'Rope', inputs: [x, sin, cos], attrs: {} })
    return true
  }
  return false
}

/** The tensor whose pairs of neighbours along the last axis `(a, b)` stand here as `(-b, a)`. */
function turnedPairs(net: GraphDraft, name: string | undefined): string | undefined {
  const joined = madeBy(net, madeBy(net, name, 'Reshape')?.inputs[0], 'Concat')
  if (joined === undefined || joined.inputs.length !== 2 || joined.attrs['relu'] === true) return undefined
  const rank = net.shape(joined.outputs[0]!).length - 1
  if (joined.attrs['axis'] !== rank) return undefined
  const [first, second] = joined.inputs.map((part) => {
    const raised = madeBy(net, part, 'Unsqueeze')
    return (raised?.attrs['axes'] as readonly number[] | undefined)?.join() === String(rank) ? raised!.inputs[0]! : undefined
  })
  const negated = first === undefined ? undefined : withNumber(net, madeBy(net, first, 'Mul'), -1, 0)
  const odd = everySecond(net, negated, 1)
  return odd !== undefined && everySecond(net, second, 0) === odd && net.shape(name!).join() === net.shape(odd).join() ? odd : undefined
}

/** The tensor of which this is every second element along the last axis, the others whole. */
function everySecond(net: GraphDraft, name: string | undefined, from: 0 | 1): string | undefined {
  const slice = madeBy(net, name, 'Slice')
  if (slice === undefined) return undefined
  const [x] = slice.inputs as [string]
  const shape = net.shape(x)
  const { starts, ends, steps } = slice.attrs as Record<'starts' | 'ends' | 'steps', readonly number[]>
  const last = shape.length - 1
  const isTaken = shape.every((size, i) =>
    i === last
      ? size % 2 === 0 && starts[i] === from && steps[i] === 2 && ends[i]! >= size - 1 + from
      : starts[i] === 0 && steps[i] === 1 && ends[i]! >= size,
  )
  return isTaken ? x : undefined
}
