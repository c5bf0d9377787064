import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { measureAgreement } from './agreement.ts'
import { placesAmong } from './choices.ts'

const places = (text: string) => {
  const graph = parseGraph(text)
  return Object.fromEntries(placesAmong(graph, graph.outputs))
}

it('the indices of an ArgMax or a TopK are places, also where they were moved; values and comparisons are none', () => {
  expect(places('x: f32[1,3,4]; y = ArgMax(x) {axis = 1, keepdims = true}; z = Reshape(y) {shape = [2, 2]}; return y, z')).toEqual({
    y: 1,
    z: 1,
  })
  expect(places('x: f32[1,8]; v, i = TopK(x) {axis = -1, k = 3}; return v, i')).toEqual({ i: 3 })
  expect(places('x: f32[8,2]; v, i = TopK(x) {axis = 0, k = 3}; return v, i')).toEqual({ i: 1 })
  expect(places('x: f32[1,8]; y = Equal(x, x)')).toEqual({})
})

it('the share of all samples decides, and the sample with the least is named', async () => {
  const graph = parseGraph('x: f32[1,2,8]; y = ArgMax(x) {axis = 1, keepdims = false}')
  const y = (values: readonly number[]) => [{ dtype: 'f32' as const, shape: [1, 8], data: Float32Array.from(values) }]
  const wanted = [0, 1, 1, 0, 1, 0, 0, 1]
  const turned = wanted.map((each) => 1 - each)
  const measure = (found: readonly (readonly number[])[]) => {
    const float = [wanted, turned].values()
    const quantized = found.values()
    return measureAgreement({
      graph,
      float: async () => y(float.next().value!),
      quantized: async () => y(quantized.next().value!),
      samples: { count: 2, load: async () => new Map(), describe: (i) => `${i}.npz` },
      count: 2,
      tolerance: [0.9, 0.8],
      signal: new AbortController().signal,
      onProgress: () => {},
    })
  }
  const good = await measure([wanted, turned])
  expect([good.passed, good.outputs[0]!.places]).toEqual([true, { equal: 16, places: 16, worst: { equal: 8, places: 8 } }])
  const bad = await measure([wanted, wanted.with(0, 1)])
  expect(bad.passed).toBe(false)
  expect(bad.outputs[0]).toMatchObject({ places: { equal: 9, places: 16, worst: { equal: 1, places: 8 } }, worst: { sample: '1.npz' } })
})
