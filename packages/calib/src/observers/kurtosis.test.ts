import { expect, it } from 'vitest'
import { calibrate } from '../calibrate.ts'
import { executor, graph, samples } from '../fixtures/small-calibration.ts'
import { kurtosis, kurtosisOf } from './kurtosis.ts'

const first = Float32Array.from({ length: 100_000 }, (_, i) => (((i * 7919) % 10007) - 5003) / 1000).with(0, 20)

it('is the mean fourth power of deviations', () => {
  expect(kurtosisOf(first)).toBeCloseTo(1.8212326, 5)
  expect(kurtosisOf(Float32Array.of(-1, 1, -1, 1))).toBeCloseTo(1, 6)
})

it('of equal elements is infinite', () => {
  expect(kurtosisOf(new Float32Array(64).fill(2))).toBe(Infinity)
})

it('is the mean over the samples, and goes on from where it was', () => {
  const value = { name: 'x', index: 0, count: 1, elements: 4, samples: 2 }
  const [a, b] = [Float32Array.of(0, 0, 0, 1), Float32Array.of(-1, 1, -1, 1)]
  const whole = kurtosis().create(value)
  whole.observe(a)
  const next = kurtosis().create(value, whole.state!())
  for (const each of [whole, next]) each.observe(b)
  expect(whole.range().threshold).toBe((kurtosisOf(a) + kurtosisOf(b)) / 2)
  expect(next.range()).toEqual(whole.range())
})

it('comes with a calibration that asks for it, and changes none of its rows', async () => {
  const task = { graph, executor, samples }
  const [plain, asked] = [await calibrate(task), await calibrate({ ...task, kurtosis: true })]
  expect(plain.kurtosis).toBeUndefined()
  expect([...asked.kurtosis!.keys()]).toEqual([...asked.entries.keys()])
  expect(asked.entries).toEqual(plain.entries)
})
