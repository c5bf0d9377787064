import { elementCount } from '../../tensor/tensor.ts'
import { bool, defineOp, float, int, ints, none, one, optional, text } from '../define.ts'
import { frontAxis, like, must, reduced } from '../infer.ts'
import { spelled } from '../spelled.ts'

/** Entries of a table of bfloat16 numbers. */
const entries = 256

interface Shaped {
  readonly shape: readonly number[]
}

function mustBeTables(tables: readonly Shaped[]): void {
  for (const { shape } of tables)
    must(elementCount(shape) === entries, `C1: tables have ${entries} entries`, `${elementCount(shape)} entries`)
}

/**
 * A function by pieces of straight lines, as chips look it up that compute in bfloat16: with `u = x * 256 / (max - min)`, each step rounded,
 * `k = trunc(u)` from -128 to 127, `y = table[k] + (u - k) * slopes[k]`. Entries of negative `k` stand at `256 + k`.
 *
 * - C1: tables have 256 entries.
 */
export const SlopeLut = defineOp({
  name: 'SlopeLut',
  inputs: { x: one(none()), table: one(none()), slopes: one(none()) },
  outputs: { y: none() },
  attrs: { min: float(), max: float() },
  infer({ x, table, slopes }) {
    mustBeTables([table, slopes])
    return { y: like(x) }
  },
})

/**
 * A function of exponent and mantissa, as chips look it up that compute in bfloat16: `table[e] * mantissas[m]`, or their sum where `combine` is `sum` (logarithms). `e` is
 * 0 for 0, `floor(log2 x) + 63` for what is above and `floor(log2 -x) + 191` for what is below it; `m` the lower eight bits of `x`, cut off to bfloat16.
 *
 * - C1: tables have 256 entries.
 */
export const MantissaLut = defineOp({
  name: 'MantissaLut',
  inputs: { x: one(none()), table: one(none()), mantissas: one(none()) },
  outputs: { y: none() },
  attrs: { combine: text(['product', 'sum'], 'product') },
  infer({ x, table, mantissas }) {
    mustBeTables([table, mantissas])
    return { y: like(x) }
  },
})

/**
 * Softmax along `axis` by tables: powers of e by `SlopeLut` from `min` to `max`, their float32 sum, its reciprocal by `MantissaLut`, every step rounded; with `log` the logarithm of the
 * sum by the second pair of tables, which is taken off.
 *
 * - C1: tables have 256 entries.
 */
export const LutSoftmax = defineOp({
  name: 'LutSoftmax',
  inputs: { x: one(none()), powers: one(none()), slopes: one(none()), table: one(none()), mantissas: one(none()) },
  outputs: { y: none() },
  attrs: { axis: spelled('axis', int()), log: bool(false), min: float(), max: float() },
  infer({ x, powers, slopes, table, mantissas }, { axis }) {
    frontAxis(axis, x.shape.length)
    mustBeTables([powers, slopes, table, mantissas])
    return { y: like(x) }
  },
})

/**
 * `LayerNormalization` with every step rounded to bfloat16, the reciprocal of the root by `MantissaLut`.
 *
 * - C1: tables have 256 entries.
 */
export const LutLayerNormalization = defineOp({
  name: 'LutLayerNormalization',
  inputs: { x: one(none()), scale: optional(none()), bias: optional(none()), table: one(none()), mantissas: one(none()) },
  outputs: { y: none() },
  attrs: { axis: spelled('axis', int(-1)), epsilon: float(1e-5) },
  infer({ x, table, mantissas }, { axis }) {
    frontAxis(axis, x.shape.length)
    mustBeTables([table, mantissas])
    return { y: like(x) }
  },
})

/**
 * The root of the sum of squares over `axes`. A chip has tables for the root, which are operands; the vendor's interpreter takes the root itself (TPU-MLIR 1.30.2
 * behaviour), and so does this operator.
 *
 * - C1: tables have 256 entries.
 */
export const LutReduceL2 = defineOp({
  name: 'LutReduceL2',
  inputs: { x: one(none()), table: one(none()), mantissas: one(none()) },
  outputs: { y: none() },
  attrs: { axes: spelled('axis', ints()), keepdims: bool(true) },
  infer({ x, table, mantissas }, { axes, keepdims }) {
    mustBeTables([table, mantissas])
    return { y: { dtype: x.dtype, shape: reduced(x.shape, axes, keepdims) } }
  },
})

/**
 * `LRN` with every step rounded to bfloat16: a square times `alpha / size` of each of the channels around, the own one first, then from the next ones outwards the one above before the one
 * below; `bias` is added, the power of all is looked up by `MantissaLut`. `beta` is what the tables were made of; nothing is computed with it.
 *
 * - C1: tables have 256 entries.
 * - C2: `size` is odd: as many channels are above as below.
 */
export const LutLRN = defineOp({
  name: 'LutLRN',
  inputs: { x: one(none()), table: one(none()), mantissas: one(none()) },
  outputs: { y: none() },
  attrs: { size: int(), alpha: float(1e-4), beta: float(0.75), bias: float(1) },
  infer({ x, table, mantissas }, { size }) {
    mustBeTables([table, mantissas])
    must(size % 2 === 1, 'C2: size is odd', String(size))
    return { y: like(x) }
  },
})
