import { defineOp, none, one, own } from '../define.ts'

/** Looks each 8-bit code up in a table of 256 entries (a negative code `i` at `256 + i`); the result has the table's element type. */
export const Lut = defineOp({
  name: 'Lut',
  inputs: { x: one(own()), table: one(none()) },
  outputs: { y: own() },
  attrs: {},
  infer: ({ x, table }) => ({ y: { dtype: table.dtype, shape: x.shape } }),
})
