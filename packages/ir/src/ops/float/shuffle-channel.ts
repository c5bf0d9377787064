import { defineOp, int, one, own, shared } from '../define.ts'
import { like, must } from '../infer.ts'

/**
 * Extension: splits axis 1 into `group` groups and interleaves them.
 *
 * - C1: the groups divide axis 1.
 */
export const ShuffleChannel = defineOp({
  name: 'ShuffleChannel',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { group: int() },
  infer({ x }, { group }) {
    must((x.shape[1] ?? Number.NaN) % group === 0, 'C1: the groups divide axis 1', `${group} groups of [${x.shape.join(', ')}]`)
    return { y: like(x) }
  },
})
