import type { Tensor } from '@q/ir'
import { expect, it } from 'vitest'
import { createVoidBook } from './void-results.ts'

const tensor = (...numbers: readonly number[]): Tensor => ({ dtype: 'f64', shape: [numbers.length], data: new Float64Array(numbers) })

/** A tensor that counts how often one of its numbers is read. */
function watched(numbers: readonly number[]): { readonly tensor: Tensor; readonly reads: () => number } {
  let reads = 0
  const get = (data: Float64Array, name: string | symbol): unknown => {
    if (typeof name === 'string' && /^\d+$/.test(name)) reads++
    return Reflect.get(data, name, data)
  }
  return { tensor: { ...tensor(...numbers), data: new Proxy(new Float64Array(numbers), { get }) }, reads: () => reads }
}

it('results that are all zeros or not all finite say nothing; one number that is neither says something', () => {
  const of = (...numbers: readonly number[]) =>
    createVoidBook()({ of: [tensor(1)], postProcess: false }, new Map([['y', tensor(...numbers)]]))
  for (const numbers of [
    [0, 0],
    [0, -0],
    [1, Number.NaN],
    [Infinity, 1],
    [1, -Infinity],
  ])
    expect([...of(...numbers)]).toEqual(['y'])
  for (const numbers of [
    [0, 1e-30],
    [0, -1],
    [1, 2],
  ])
    expect([...of(...numbers)]).toEqual([])
})

it('names the results that say nothing among others', () => {
  const results = new Map([
    ['a', tensor(0, 0)],
    ['b', tensor(1, 0)],
    ['c', tensor(Number.NaN, 0)],
  ])
  expect([...createVoidBook()({ of: [tensor(1)], postProcess: false }, results)]).toEqual(['a', 'c'])
})

it('results of the same tensors are walked once, whatever is compared with them', () => {
  const { tensor: result, reads } = watched([0, 0, 0])
  const voidsOf = createVoidBook()
  const held = tensor(7)
  expect([...voidsOf({ of: [held], postProcess: false }, new Map([['y', result]]))]).toEqual(['y'])
  const first = reads()
  expect(first).toBeGreaterThan(0)
  expect([...voidsOf({ of: [held], postProcess: false }, new Map([['y', result]]))]).toEqual(['y'])
  expect(reads()).toBe(first)
  // Another sample's tensor is another result.
  expect([...voidsOf({ of: [tensor(7)], postProcess: false }, new Map([['y', tensor(1)]]))]).toEqual([])
})

it('what a post-processing makes of tensors, and a layer by itself, are other results than the tensors', () => {
  const voidsOf = createVoidBook()
  const held = tensor(1)
  expect([...voidsOf({ of: [held], postProcess: false }, new Map([['y', tensor(1)]]))]).toEqual([])
  expect([...voidsOf({ of: [held], postProcess: true }, new Map([['y', tensor(0)]]))]).toEqual(['y'])
  expect([...voidsOf({ of: [held], postProcess: false }, new Map([['z', tensor(0)]]))]).toEqual(['z'])
  expect([...voidsOf({ of: [], postProcess: false }, new Map())]).toEqual([])
})
