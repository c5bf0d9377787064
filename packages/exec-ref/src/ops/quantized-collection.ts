import { elementCount } from '@q/ir'
import { gatherStrided } from '../compute/broadcast.ts'
import { centred, codeLimits } from '../compute/codes.ts'
import { requantizerOf } from '../compute/requantizer.ts'
import type { Kernel } from '../kernel.ts'
import { around, flag, newResult, num, nums, operand, resultType, stridesOf, word, zeroPointOf } from '../operands.ts'

/** Joins codes, each operand brought to the scale of the result by its own factor. */
export const qConcat: Kernel = (call) => {
  const type = resultType(call)
  const { outer, size, inner } = around(type.shape, num(call, 'axis'))
  const zero = zeroPointOf(type)
  const [min, max] = codeLimits(type, flag(call, 'relu'))
  const y = newResult(call)
  let offset = 0
  call.inputs.forEach((input, k) => {
    if (input === undefined) return
    const x = centred(input)
    const apply = requantizerOf(call, k)
    const run = x.length / outer
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < run; i++) {
        const v = apply(x[o * run + i]!) + zero
        y[o * size * inner + offset + i] = v > max ? max : v < min ? min : v
      }
    }
    offset += run
  })
  return [y]
}

/** What becomes of the codes under one element of the result. */
const folds: Readonly<Record<string, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  mean: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
}

/** Sum, largest or smallest of codes over axes, requantized. */
export const qReduce: Kernel = (call) => {
  const x = operand(call, 0)
  const { shape } = x.type
  const steps = stridesOf(shape)
  const gone = new Set(nums(call, 'axes').map((axis) => (axis < 0 ? axis + shape.length : axis)))
  const order = [...shape.keys()].sort((a, b) => Number(gone.has(a)) - Number(gone.has(b)) || a - b)
  const count = elementCount([...gone].map((axis) => shape[axis]!))
  const data = gatherStrided(
    centred(x),
    order.map((axis) => shape[axis]!),
    order.map((axis) => steps[axis]!),
  )
  const fold = folds[word(call, 'mode')]!
  const apply = requantizerOf(call)
  const type = resultType(call)
  const zero = zeroPointOf(type)
  const [min, max] = codeLimits(type, flag(call, 'relu'))
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    let v = count === 0 ? 0 : data[i * count]!
    for (let k = 1; k < count; k++) v = fold(v, data[i * count + k]!)
    const code = apply(v) + zero
    y[i] = code > max ? max : code < min ? min : code
  }
  return [y]
}
