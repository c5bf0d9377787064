import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, int, none, one, own } from '../define.ts'
import { must } from '../infer.ts'
import { tableSize } from './requantization.ts'

/**
 * Looks each code up in the table of its slice of `axis`, one table behind the other in `table`. Each is laid out as that of `Lut`, and so are the results.
 *
 * - C1: `axis` is one of x.
 * - C2: there is a table for every slice, with an entry for every code.
 */
export const LutAxis = defineOp({
  name: 'LutAxis',
  inputs: { x: one(own()), table: one(none()) },
  outputs: { y: own() },
  attrs: { axis: int(1) },
  infer({ x, table }, { axis }) {
    const slices = x.shape[axis]
    must(slices !== undefined, 'C1: axis is one of x', `axis ${axis} of [${x.shape.join(', ')}]`)
    const entries = elementCount(table.shape)
    must(
      entries === slices! * tableSize(x.dtype),
      'C2: there is a table for every slice, with an entry for every code',
      `${entries} entries for ${slices} slices of ${x.dtype}`,
    )
    return { y: { dtype: table.dtype, shape: x.shape } }
  },
})
