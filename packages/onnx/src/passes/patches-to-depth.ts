import { sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { patchesOf } from './merge-patches.ts'
import { splitAndTurned } from './split-and-turned.ts'

/** From `[N, H, b, W, c, C]`: columns of a patch become the slower index, rows the quicker one. */
const patchesLast = '0,1,3,4,2,5'

/**
 * Patches of a plane `[N, H b, W c, C]` that a Reshape, a Transpose and a Reshape put side by side in the channels are a DepthToSpace backwards with channels last, under the name of the last, as TPU-MLIR 1.30.2 has
 * it. Where the first Reshape is of something else than the plane, it makes the plane.
 */
export const patchesToDepth: Rule = (net, node) => {
  const found = splitAndTurned(net, node)
  if (found === undefined || found.perm !== patchesLast) return false
  const { split, turned } = found
  const sizes = net.shape(split.outputs[0]!)
  const [n, h, b, w, c, channels] = sizes as [number, number, number, number, number, number]
  if (!sameShape(net.shape(node.outputs[0]!), [n, h, w, b * c * channels])) return false
  const plane = [n, h * b, w * c, channels]
  const attrs = patchesOf(b, c)
  const [x] = split.inputs as [string]
  if (sameShape(net.shape(x), plane)) {
    net.change(node, { op: 'DepthToSpace', inputs: [x], attrs })
    return true
  }
  const [made] = split.outputs as [string]
  net.change(node, { op: 'DepthToSpace', inputs: [made], attrs })
  net.remove(turned)
  net.setValue({ name: made, type: { ...net.value(made).type, shape: plane } })
  net.change(split, { attrs: { shape: plane } })
  return true
}
