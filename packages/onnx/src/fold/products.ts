import { elementCount } from '@q/ir'
import { broadcast } from '@q/ir/ops'
import type { Evaluate } from './evaluate.ts'
import { broadcastTo, elementsOf, type Literal, permuted } from './literal.ts'

/** Matrix product over the last two axes; every product and sum is rounded to float32, in order of the inner axis. */
function matMul(a: Literal, b: Literal): Literal {
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape
  const [m, k, n] = [left.at(-2)!, left.at(-1)!, right.at(-1)!]
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2))
  const x = broadcastTo({ ...a, shape: left }, [...batch, m, k])
  const y = broadcastTo({ ...b, shape: right }, [...batch, k, n])
  const count = elementCount(batch)
  const data = elementsOf(a.dtype, count * m * n)
  for (let at = 0; at < count; at++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const place = (at * m + i) * n + j
        for (let inner = 0; inner < k; inner++) {
          data[place] = data[place]! + Math.fround(x.data[(at * m + i) * k + inner]! * y.data[(at * k + inner) * n + j]!)
        }
      }
    }
  }
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])]
  return { dtype: a.dtype, shape, data }
}

/** Matrix products of known matrices. */
export const productOps: Readonly<Record<string, Evaluate>> = {
  MatMul: ({ inputs: [a, b] }) => [matMul(a!, b!)],
  Einsum: ({ inputs: [a, b], attrs }) => {
    const outer = typeof attrs['equation'] === 'string' && /^\s*(\w)\s*,\s*(\w)\s*->\s*\1\2\s*$/.test(attrs['equation'])
    return outer ? [matMul({ ...a!, shape: [...a!.shape, 1] }, { ...b!, shape: [1, ...b!.shape] })] : []
  },
  Transpose: ({ inputs: [x], attrs }) => {
    const perm = (attrs['perm'] as readonly number[] | undefined) ?? x!.shape.map((_, i) => x!.shape.length - 1 - i)
    return [permuted(x!, perm)]
  },
}
