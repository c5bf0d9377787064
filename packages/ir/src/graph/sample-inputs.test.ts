import { expect, it } from 'vitest'
import { sampleInputs } from './sample-inputs.ts'
import { graph } from './text/graph-tag.ts'

it('says name, shape and declared element type of every input', () => {
  const net = graph`
    ids: f32[1,64] as {"sourceDtype":"i64"}
    image: f32[1,3,8,8]
  `
  expect(sampleInputs(net)).toEqual([
    { name: 'ids', shape: [1, 64], dtype: 'i64' },
    { name: 'image', shape: [1, 3, 8, 8], dtype: 'f32' },
  ])
})

it('hands preprocessing through', () => {
  const preprocess = { pixelFormat: 'rgb', mean: [1, 2, 3] }
  const net = graph`image: f32[1,3,8,8] as ${JSON.stringify({ preprocess })}`
  expect(sampleInputs(net)[0]?.preprocess).toEqual(preprocess)
})
