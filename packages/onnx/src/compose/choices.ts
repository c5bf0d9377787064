import { elementCount } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import { constantOperand, numberAttr } from '../normalize/form.ts'
import type { Compose } from './body.ts'
import { bounded } from './bounded.ts'

/** 0, 1, 2, … */
const counting = (count: number): Float64Array => Float64Array.from({ length: bounded(count) }, (_, i) => i)

/** 1 at the first largest element along an axis, 0 elsewhere; before opset 13 along everything from the axis on. */
export const hardmax: Compose = (view, body) => {
  const { dtype, shape } = view.type(0)
  const axis = frontAxis(numberAttr(view, 'axis'), shape.length)
  const isFlattened = view.opset < 13
  const [x] = view.inputs
  const rows = isFlattened ? body.node('Reshape', [x, body.whole(elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis)))]) : x
  const size = isFlattened ? elementCount(shape.slice(axis)) : shape[axis]!
  const places = body.constant('i64', counting(size), isFlattened ? [1, size] : shape.map((d, i) => (i === axis ? d : 1)))
  const best = body.node('ArgMax', [rows], { axis: isFlattened ? 1 : axis, keepdims: 1 })
  const isBest = body.node('Equal', [best, places])
  if (!isFlattened) body.result('Cast', [isBest], { to: dtype })
  else body.result('Reshape', [body.node('Cast', [isBest], { to: dtype }), body.whole(...shape)])
  return true
}

/** The second of two values where the place along a new axis is the index, which may count from the end; the first value elsewhere. */
export const oneHot: Compose = (view, body) => {
  const [indices, , values] = view.inputs
  const depth = constantOperand(view, 'depth')[0]!
  const { shape } = view.type(0)
  const axis = frontAxis(numberAttr(view, 'axis'), shape.length + 1)
  const places = body.constant(
    'i64',
    counting(depth),
    Array.from({ length: shape.length + 1 }, (_, i) => (i === axis ? depth : 1)),
  )
  const index = body.node('Unsqueeze', [body.node('Cast', [indices], { to: 'i64' }), body.whole(axis)])
  const fromEnd = body.node('Add', [index, body.constant('i64', depth)])
  const isHere = body.node('Or', [body.node('Equal', [index, places]), body.node('Equal', [fromEnd, places])])
  const value = (place: number): string => body.node('Gather', [values, body.constant('i64', place)], { axis: 0 })
  body.result('Where', [isHere, value(1), value(0)])
  return true
}

/** The elements on one side of a diagonal, 0 on the other. */
export const trilu: Compose = (view, body) => {
  const [x, k] = view.inputs
  const { dtype, shape } = view.type(0)
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!]
  const isUpper = numberAttr(view, 'upper') !== 0
  const distances = Float64Array.from({ length: bounded(rows * columns) }, (_, i) => (i % columns) - Math.floor(i / columns))
  const distance = body.constant('i64', distances, [rows, columns])
  const diagonal = k ?? body.constant('i64', 0)
  const isKept = body.node(isUpper ? 'GreaterOrEqual' : 'LessOrEqual', [distance, diagonal])
  body.result('Where', [isKept, x, body.constant(dtype, 0)])
  return true
}

/** `start + i * delta` for as many places as the result is declared to have. */
export const range: Compose = (view, body) => {
  const count = view.declared?.[0]?.[0]
  if (count === undefined) {
    for (const bound of ['start', 'limit', 'delta']) constantOperand(view, bound)
    return false
  }
  const [start, , delta] = view.inputs
  const { dtype } = view.type(0)
  const flat = (name: string | undefined): string => body.node('Reshape', [name, body.whole(1)])
  body.result('Add', [flat(start), body.node('Mul', [body.constant(dtype, counting(count)), flat(delta)])])
  return true
}

/** A running sum backwards is that of the reversed tensor; an exclusive one is moved on by a place. */
export const cumSum: Compose = (view, body) => {
  const known = view.known(1)?.data[0]
  const [isExclusive, isReverse] = [numberAttr(view, 'exclusive') === 1, numberAttr(view, 'reverse') === 1]
  if (known === undefined || (!isExclusive && !isReverse)) return false
  const { shape } = view.type(0)
  const axis = frontAxis(known, shape.length)
  const part = (x: string | undefined, from: number, to: number, step: number) =>
    [x, body.whole(from), body.whole(to), body.whole(axis), body.whole(step)] as const
  const turned = (x: string | undefined) => part(x, -1, -(2 ** 31), -1)
  const x = isReverse ? body.node('Slice', turned(view.inputs[0])) : view.inputs[0]
  const sums = ['CumSum', [x, body.constant('i64', axis)]] as const
  if (!isExclusive) body.result('Slice', turned(body.node(...sums)))
  else {
    const padded = body.node('Pad', [body.node(...sums), body.whole(...shape.map((_, i) => Number(i === axis)), ...shape.map(() => 0))])
    const moved = part(padded, 0, shape[axis]!, 1)
    if (isReverse) body.result('Slice', turned(body.node('Slice', moved)))
    else body.result('Slice', moved)
  }
  return true
}
