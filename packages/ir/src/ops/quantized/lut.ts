import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, none, one, own } from '../define.ts'
import { must } from '../infer.ts'
import { tableSize } from './requantization.ts'

/**
 * Looks each code up in a table: 256 entries for 8-bit codes (a negative code `i` at `256 + i`), 65,536 for 16-bit ones (at
 * `65536 + i`). The result has the table's element type.
 *
 * - C1: the table has an entry for every code.
 */
export const Lut = defineOp({
  name: 'Lut',
  inputs: { x: one(own()), table: one(none()) },
  outputs: { y: own() },
  attrs: {},
  infer({ x, table }) {
    const entries = elementCount(table.shape)
    must(entries === tableSize(x.dtype), 'C1: the table has an entry for every code', `${entries} entries for ${x.dtype}`)
    return { y: { dtype: table.dtype, shape: x.shape } }
  },
})
