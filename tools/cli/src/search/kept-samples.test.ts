import type { SampleSource } from '@q/ir'
import { expect, it } from 'vitest'
import { keptSamples } from './kept-samples.ts'

it('the first samples stay as far as they fit; what others leave is collected every few', async () => {
  const mebibyte = 2 ** 20
  let [loads, collections] = [0, 0]
  const source: SampleSource = {
    count: 9,
    async load() {
      loads++
      return new Map([['x', { dtype: 'u8', shape: [mebibyte], data: new Uint8Array(mebibyte) }]])
    },
  }
  const samples = keptSamples(source, 2 * mebibyte, () => collections++)
  const load = async (index: number, times: number) => {
    for (let i = 0; i < times; i++) await samples.load(index)
  }
  await load(0, 30)
  await load(1, 30)
  expect([loads, collections]).toEqual([2, 0])
  await load(2, 16)
  expect([loads, collections]).toEqual([18, 0])
  await load(3, 1)
  expect([loads, collections]).toEqual([19, 1])
  await load(2, 17)
  expect([loads, collections]).toEqual([36, 2])
  await load(1, 1)
  expect(loads).toBe(36)
})
