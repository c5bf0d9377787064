import { describe, expect, it } from 'vitest'
import { edgesOf, layerOf, valueOf } from './edges.ts'
import { graph } from './text/graph-tag.ts'

const net = graph`
  x: f32[2]
  a = Relu(x)
  b = Mul(a, a)
  c = Add(b, a)
  return c, a
`

describe('edgesOf', () => {
  const { producer, consumers, useCount } = edgesOf(net)
  it('finds who makes a value; inputs have no maker', () => {
    expect(producer.get('b')?.op).toBe('Mul')
    expect(producer.get('x')).toBeUndefined()
  })
  it('lists every user once, in order', () => expect(consumers.get('a')?.map(layerOf)).toEqual(['b', 'c']))
  it('counts every use, being an output too', () => expect(['x', 'a', 'b', 'c'].map(useCount)).toEqual([1, 4, 1, 1]))
})

describe('valueOf', () => {
  it('names the value that is missing', () => expect(() => valueOf(net, 'q')).toThrow(/no value q/))
})
