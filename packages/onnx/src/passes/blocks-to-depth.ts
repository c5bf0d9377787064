import type { Rule } from '../net/rules.ts'
import { splitAndTurned } from './split-and-turned.ts'

/**
 * Reshape, Transpose, Reshape that move channels into blocks of places (`[N, C, b, b, H, W]` to `[N, C, H, b, W, b]`), or back,
 * are a DepthToSpace under the name of the last.
 */
export const blocksToDepth: Rule = (net, node) => {
  const found = splitAndTurned(net, node)
  if (found === undefined) return false
  const { split: first, perm } = found
  const from = net.shape(first.inputs[0]!)
  const split = net.shape(first.outputs[0]!)
  const to = net.shape(node.outputs[0]!)
  if (from.length !== 4 || split.length !== 6 || to.length !== 4 || split[0] !== from[0]) return false
  const same = (shape: readonly number[], wanted: readonly number[]): boolean => shape.every((d, i) => d === wanted[i])
  const [n, a, b, c, d, e] = split as [number, number, number, number, number, number]
  const crd =
    perm === '0,1,4,2,5,3' && same(from, [n, a * b * c, d, e]) && same(to, [n, a, d * b, e * c])
      ? { block_h: b, block_w: c, mode: 'CRD' }
      : undefined
  const dcr =
    perm === '0,3,4,1,5,2' && same(from, [n, a * b * c, d, e]) && same(to, [n, c, d * a, e * b])
      ? { block_h: a, block_w: b, mode: 'DCR' }
      : undefined
  const back =
    perm === '0,1,3,5,2,4' && same(from, [n, a, b * c, d * e]) && same(to, [n, a * c * e, b, d])
      ? { block_h: c, block_w: e, mode: 'CRD', inverse: true }
      : undefined
  const backDcr =
    perm === '0,3,5,1,2,4' && same(from, [n, a, b * c, d * e]) && same(to, [n, a * c * e, b, d])
      ? { block_h: c, block_w: e, mode: 'DCR', inverse: true }
      : undefined
  const attrs = crd ?? dcr ?? back ?? backDcr
  if (attrs === undefined) return false
  net.change(node, { op: 'DepthToSpace', inputs: [first.inputs[0]], attrs })
  return true
}
