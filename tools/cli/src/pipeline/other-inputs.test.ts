import type { SampleSource, Tensor } from '@q/ir'
import { expect, it } from 'vitest'
import { inputsBeside, isSameSample, otherInputs } from './other-inputs.ts'

const f32 = (...values: readonly number[]): Tensor => ({ dtype: 'f32', shape: [values.length], data: Float32Array.from(values) })
const sample = (...values: readonly number[]) => new Map([['x', f32(...values)]])
const numbersOf = (inputs: readonly ReadonlyMap<string, Tensor>[]) => inputs.map((each) => Array.from(each.get('x')!.data, Number))

it('the elements in reverse, half of each, and numbers up to the largest', () => {
  expect(numbersOf(otherInputs(sample(0.5, -2)))).toEqual([
    [-2, 0.5],
    [0.25, -1],
    [-1, -2],
  ])
})

it('none of them is the sample: not of one that reads the same backwards, of equal numbers, or of zeros', () => {
  for (const numbers of [[0.5, 3, 0.5], [0.7, 0.7], [0, 0, 0], [0], [1], [2, 2]]) {
    const others = otherInputs(sample(...numbers))
    expect(others.filter((other) => isSameSample(other, sample(...numbers)))).toEqual([])
    expect(others.length, String(numbers)).toBeGreaterThanOrEqual(String(numbers) === '1' ? 0 : 1)
  }
  expect(numbersOf(otherInputs(sample(0, 0)))).toEqual([[1, 1].map((each, i) => Math.round((each * (i + 1)) / 2)), [0, -1]])
})

it('whole numbers stay whole and below the largest, as places in a table do', () => {
  const ids: Tensor = { dtype: 'i64', shape: [3], data: BigInt64Array.from([5n, 0n, 4n]) }
  const others = otherInputs(new Map([['ids', ids]])).map((each) => [...(each.get('ids')!.data as BigInt64Array)])
  expect(others).toEqual([
    [4n, 0n, 5n],
    [3n, 0n, 2n],
    [2n, 3n, 5n],
  ])
  expect(numbersOf(otherInputs(sample(3, 3)))).toEqual([
    [2, 2],
    [2, 3],
  ])
})

it('samples that differ from the first are taken before any that is made up', async () => {
  const beside = async (...all: readonly (readonly number[])[]) => {
    const samples: SampleSource = { count: all.length, load: async (i) => sample(...all[i]!) }
    const found: ReadonlyMap<string, Tensor>[] = []
    for await (const each of inputsBeside(sample(...all[0]!), samples, 3)) found.push(each)
    return numbersOf(found)
  }
  expect(await beside([1, 2], [1, 2], [3, 4], [5, 6])).toEqual([[3, 4]])
  expect((await beside([1, 2], [1, 2], [1, 2], [5, 6]))[0]).toEqual([2, 1])
})
