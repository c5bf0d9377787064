import type { Rule } from '../net/rules.ts'
import { pickedPart } from './picked-part.ts'

/** Where the four parts begin (row, column), in the order the pattern has them: columns are the slower index. */
const wanted = '0,0 1,0 0,1 1,1'

/** Attributes of the DepthToSpace that puts patches of a plane with channels last side by side, columns as the slower index. */
export const patchesOf = (block_h: number, block_w: number) =>
  ({ block_h, block_w, mode: 'DCR', inverse: true, swapColumnRow: true, channelsLast: true }) as const

/**
 * The four every-second-element parts of a plane `[N, H, W, C]` side by side (Swin's patch merging) are a DepthToSpace
 * backwards with channels last.
 */
export const mergePatches: Rule = (net, node) => {
  if (node.attrs['axis'] !== 3 || node.inputs.length !== 4 || node.attrs['relu'] === true) return false
  const parts = node.inputs.map((name) => pickedPart(net, name!, [1, 2]))
  const x = parts[0]?.x
  if (x === undefined || parts.some((part) => part?.x !== x)) return false
  if (parts.map((part) => part!.begin.join()).join(' ') !== wanted) return false
  net.change(node, { op: 'DepthToSpace', inputs: [x], attrs: patchesOf(2, 2) })
  return true
}
