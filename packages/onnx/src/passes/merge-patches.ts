import type { Node } from '@q/ir'
import type { Rule } from '../net/rules.ts'

/** Where the four parts begin (row, column), in the order the pattern has them: columns are the slower index. */
const wanted = '0,0 1,0 0,1 1,1'

/**
 * The four every-second-element parts of a plane `[N, H, W, C]` side by side (Swin's patch merging) are a DepthToSpace
 * backwards with channels last.
 */
export const mergePatches: Rule = (net, node) => {
  if (node.attrs['axis'] !== 3 || node.inputs.length !== 4 || node.attrs['relu'] === true) return false
  const parts = node.inputs.map((name) => net.producer(name!))
  const [x] = parts[0]?.inputs ?? []
  if (x === undefined || net.shape(x).length !== 4) return false
  const [, height, width] = net.shape(x)
  if (height! % 2 !== 0 || width! % 2 !== 0) return false
  const begins = parts.map((part) =>
    part?.op === 'Slice' && part.inputs[0] === x ? beginOf(part, net.shape(part.outputs[0]!), net.shape(x)) : '',
  )
  if (begins.join(' ') !== wanted) return false
  const attrs = { block_h: 2, block_w: 2, mode: 'DCR', inverse: true, swapColumnRow: true, channelsLast: true }
  net.change(node, { op: 'DepthToSpace', inputs: [x], attrs })
  return true
}

/** Row and column where a Slice of every second one of both begins; empty for another Slice. */
function beginOf({ attrs }: Node, to: readonly number[], from: readonly number[]): string {
  const { starts, steps } = attrs as Record<'starts' | 'steps', readonly number[]>
  const isHalf = [1, 2].every((axis) => steps[axis] === 2 && to[axis]! * 2 === from[axis])
  return isHalf && to[0] === from[0] && to[3] === from[3] ? `${starts[1]},${starts[2]}` : ''
}
