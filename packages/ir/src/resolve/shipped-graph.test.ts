import { describe, expect, it } from 'vitest'
import { node } from '../conformance/small-graph.ts'
import type { Value } from '../graph/types.ts'
import { valuesOf } from './shipped-graph.ts'

const value = (name: string, constant?: readonly number[]): Value => {
  const type = { dtype: 'f32', shape: [1] } as const
  return constant === undefined ? { name, type } : { name, type, constant: { ...type, data: Float32Array.from(constant) } }
}
const twice = (name: string) => expect.objectContaining({ code: 'GRAPH_TWICE', at: [name] })

describe('the values of a quantized graph', () => {
  const relu = node('Relu', ['x'], ['a'])
  const add = (k: number) => ({ nodes: [node('Add', ['a', 'k'], ['b'])], values: [value('k', [k]), value('b')] })
  it('are its inputs, what is made at each place, and constants that places share', () => {
    const places = [
      { nodes: [relu], values: [value('a')] },
      add(1),
      { nodes: [node('Add', ['b', 'k'], ['c'])], values: [value('k', [1]), value('c')] },
    ]
    expect([...valuesOf([value('x')], places).keys()]).toEqual(['x', 'a', 'k', 'b', 'c'])
  })

  it('are refused where one name stands for two constants', () => {
    const other = { nodes: [node('Add', ['b', 'k'], ['c'])], values: [value('k', [2]), value('c')] }
    expect(() => valuesOf([value('x')], [add(1), other])).toThrow(twice('k'))
  })

  it('are refused where two nodes make one name, at one place or two, or make an input', () => {
    const place = { nodes: [relu], values: [value('a')] }
    expect(() => valuesOf([value('x')], [place, place])).toThrow(twice('a'))
    expect(() => valuesOf([value('x')], [{ nodes: [relu, relu], values: [value('a')] }])).toThrow(twice('a'))
    expect(() => valuesOf([value('x'), value('a')], [place])).toThrow(twice('a'))
  })

  it('are refused where a constant has the name of what a node makes', () => {
    const place = { nodes: [relu], values: [value('a')] }
    expect(() => valuesOf([value('x')], [place, { nodes: [], values: [value('a', [1])] }])).toThrow(twice('a'))
    expect(() => valuesOf([value('x')], [{ nodes: [relu], values: [value('a', [1])] }])).toThrow(twice('a'))
  })
})
