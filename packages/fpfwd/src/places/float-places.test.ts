import { type Graph, graph } from '@q/ir'
import { expect, it } from 'vitest'
import { floatPlaces } from './float-places.ts'

const layersOf = (net: Graph) => floatPlaces(net).map(({ layer, widest }) => (widest === true ? layer : `narrow ${layer}`))

it('goes from what is picked back through all that counts', () => {
  const net = graph`
    mask: f32[1,4]
    table: f32[9,2]
    count = CumSum(mask) {axis = 1}
    kept = Mul(count, mask)
    places = Reshape(kept) {shape = [4]}
    picked = Gather(table, places) {axis = 0}
    end = Relu(picked)
    return end
  `
  expect(layersOf(net)).toEqual(['count', 'kept', 'places'])
})

it('takes of features the layer alone whose results are read as places', () => {
  const net = graph`
    x: f32[4,4]
    y: f32[4,4]
    features = MatMul(x, y)
    most = Sigmoid(features)
    picked = GatherElements(x, most) {axis = 1}
    return picked
  `
  expect(layersOf(net)).toEqual(['most'])
})

it('leaves out what finds places, and places that are inputs', () => {
  const net = graph`
    x: f32[4,4]
    at: f32[4,4]
    values, places = TopK(x) {k = 4, axis = 1}
    first = GatherElements(x, places) {axis = 1}
    second = GatherElements(first, at) {axis = 1}
    return second
  `
  expect(layersOf(net)).toEqual([])
})
