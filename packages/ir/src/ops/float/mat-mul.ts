import { bool, defineOp, derived, one, optional, own, strings } from '../define.ts'
import { broadcast, must } from '../infer.ts'
import { fusedRelu } from '../relu.ts'

/**
 * Matrix product over the last two axes, leading axes broadcast, plus a bias along the last axis of the result.
 *
 * Extensions of ONNX's MatMul: `bias`, operands and result read transposed (`transA`, `transB`, `transY`: last two
 * axes; with `headsAsBatch`, axes 1 and 2 of 4-axis operands are read swapped, so that heads count as batch; `heads` lists those of `a`, `b` and `y`
 * where not all are), and `keepdims` false to flatten the result to two axes.
 *
 * - C1: the inner dimensions are equal.
 * - C2: both operands have an axis.
 *
 * @see https://onnx.ai/onnx/operators/onnx__MatMul.html
 */
export const MatMul = defineOp({
  name: 'MatMul',
  inputs: { a: one(own()), b: one(own()), bias: optional(derived('a', 'b')) },
  outputs: { y: own() },
  attrs: {
    transA: bool(false),
    transB: bool(false),
    transY: bool(false),
    headsAsBatch: bool(false),
    heads: strings([]),
    keepdims: bool(true),
    ...fusedRelu,
  },

  infer({ a, b }, { transA, transB, transY, headsAsBatch, heads, keepdims }) {
    must(a.shape.length > 0 && b.shape.length > 0, 'C2: both operands have an axis', `${a.shape.length} and ${b.shape.length} axes`)
    const swap = (s: readonly number[], which: string) =>
      (headsAsBatch || heads.includes(which)) && s.length === 4 ? [s[0]!, s[2]!, s[1]!, s[3]!] : s
    const as = swap(a.shape.length === 1 ? [1, ...a.shape] : a.shape, 'a')
    const bs = swap(b.shape.length === 1 ? [...b.shape, 1] : b.shape, 'b')
    const [m, ka] = transA ? [as.at(-1)!, as.at(-2)!] : [as.at(-2)!, as.at(-1)!]
    const [kb, n] = transB ? [bs.at(-1)!, bs.at(-2)!] : [bs.at(-2)!, bs.at(-1)!]
    must(ka === kb, 'C1: the inner dimensions are equal', `[${a.shape.join(', ')}] times [${b.shape.join(', ')}]`)
    const full = swap([...broadcast(as.slice(0, -2), bs.slice(0, -2)), ...(transY ? [n, m] : [m, n])], 'y')
    const squeezed = [
      ...full.slice(0, -2),
      ...(a.shape.length === 1 ? [] : [full.at(-2)!]),
      ...(b.shape.length === 1 ? [] : [full.at(-1)!]),
    ]
    const shape = a.shape.length === 1 || b.shape.length === 1 ? squeezed : full
    return { y: { dtype: a.dtype, shape: keepdims ? shape : [shape.slice(0, -1).reduce((p, d) => p * d, 1), shape.at(-1)!] } }
  },
})
