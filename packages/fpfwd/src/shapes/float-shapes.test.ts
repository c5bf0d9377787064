import { type Graph, graph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { floatShapes } from './float-shapes.ts'

const layersOf = (net: Graph) => floatShapes(net).map(({ layer }) => layer)

describe('floatShapes', () => {
  it('begins at casts to integers, goes back to inputs, and on to all that is computed from shapes alone', () => {
    const net = graph`
      x: f32[2,4]
      count = Cast(x) {to = "i32"}
      wide = Unsqueeze(count) {axes = [0]}
      flat = Reshape(wide) {shape = [8]}
      features = Relu(flat)
      end = Sigmoid(features)
      return end
    `
    expect(layersOf(net)).toEqual(['x', 'count', 'wide', 'flat', 'features', 'end'])
  })
  it('does not enter a layer with an operand that is no shape', () => {
    const net = graph`
      x: f32[2,4]
      y: f32[2,4]
      features = Relu(y)
      before = Relu(x)
      count = Cast(before) {to = "i32"}
      back = Cast(count) {to = "f32"}
      sum = Add(back, features)
      end = Relu(sum)
      return end
    `
    expect(layersOf(net)).toEqual(['count', 'back'])
  })
  it('begins nothing at a cast to a float, nor at TopK', () => {
    const net = graph`
      x: f32[2,4]
      near = Cast(x) {to = "f16"}
      most, places = TopK(near) {k = 2, axis = 1}
      wide = Unsqueeze(places) {axes = [0]}
      return most, wide
    `
    expect(layersOf(net)).toEqual([])
  })
})
