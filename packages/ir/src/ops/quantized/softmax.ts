import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, fixed, int, none, one, own } from '../define.ts'
import { frontAxis, like, must } from '../infer.ts'
import { spelled } from '../spelled.ts'
import { tableSize } from './requantization.ts'

/**
 * Softmax over codes: `e[max - x]` from a float32 table of 256 entries (65,536 for 16-bit codes), their float32 sum in axis order,
 * `p = e / f32(sum * f32(scale))`, then `saturate(trunc(p + 0.5) + zero point)` for unsigned and
 * `saturate(half-away(p) + zero point)` for signed results.
 *
 * - C1: the table has an entry for every distance.
 */
export const QSoftmax = defineOp({
  name: 'QSoftmax',
  inputs: { x: one(own()), table: one(none()) },
  outputs: { y: fixed(0, 1) },
  attrs: { axis: spelled('axis', int()) },
  infer({ x, table }, { axis }) {
    frontAxis(axis, x.shape.length)
    const entries = elementCount(table.shape)
    must(entries === tableSize(x.dtype), 'C1: the table has an entry for every distance', `${entries} entries for ${x.dtype}`)
    return { y: like(x) }
  },
})
