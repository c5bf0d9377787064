import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import { four } from './fixtures/toy-chip.ts'
import { madeNames } from './made-names.ts'

const graphOf = (edges: readonly (readonly [string, string])[], outputs: readonly string[] = [], more: readonly string[] = []) =>
  smallGraph({
    stage: 'float',
    values: Object.fromEntries(['x', ...edges.flat(), ...more].map((name) => [name, four])),
    nodes: edges.map(([from, to]) => node('Relu', [from], [to])),
    outputs,
  })
const user = (name: string) => ({ node: name, layer: name })

describe('names of what a quantized graph has beside the float graph', () => {
  const plain = madeNames(graphOf([['x', 'a'], ['a', 'b']], ['b'])) // biome-ignore format: edges
  it('are the usual ones where nothing else can be called so', () => {
    expect(plain.lowered('a_weight', 'a')).toBe('a_weight')
    expect(plain.lowered('a_i8', 'a')).toBe('a_i8')
    expect(plain.cast('a', 'f32', user('b'))).toBe('ab_f32')
    expect(plain.cast('b', 'f32')).toBe('b_f32')
    expect(plain.cast('a', 'bf16', { node: 'b_log', layer: 'b' })).toBe('ab_log_bf16')
  })

  it('are told apart from values of the graph', () => {
    const names = madeNames(graphOf([['x', 'a'], ['a', 'b'], ['b', 'c']], ['b', 'c'], ['a_weight', 'ab_f32', 'c_f32'])) // biome-ignore format: edges
    expect(names.isTaken('a_weight')).toBe(true)
    expect(names.lowered('a_weight', 'a')).toBe('a_weight~a')
    expect(names.cast('a', 'f32', user('b'))).toBe('a~b~f32')
    expect(names.cast('a', 'f16', user('b'))).toBe('ab_f16')
    expect(names.cast('c', 'f32')).toBe('c~~f32')
    expect(names.cast('b', 'f32')).toBe('b_f32')
  })

  it('of two casts that could be called alike the first edge of the graph keeps the usual one', () => {
    const names = madeNames(graphOf([['x', '1'], ['x', '11'], ['11', '2'], ['1', '12']], ['2'])) // biome-ignore format: edges
    expect(names.cast('11', 'f32', user('2'))).toBe('112_f32')
    expect(names.cast('1', 'f32', user('12'))).toBe('1~12~f32')
    expect(names.cast('1', 'f32', { node: '12_log', layer: '12' })).toBe('1~12_log~f32')
  })

  it('a cast of a result comes before that of an operand', () => {
    const names = madeNames(graphOf([['x', 'a'], ['a', 'b'], ['x', 'ab']], ['ab'])) // biome-ignore format: edges
    expect(names.cast('ab', 'f32')).toBe('ab_f32')
    expect(names.cast('a', 'f32', user('b'))).toBe('a~b~f32')
    expect(names.cast('a', 'i8', user('b'))).toBe('ab_i8')
  })

  it('of what a lowering makes leave those of casts free', () => {
    expect(plain.lowered('ab_f32', 'ab')).toBe('ab_f32~ab')
    expect(plain.lowered('b_f32', 'b')).toBe('b_f32~b')
    expect(plain.lowered('b_i8', 'b')).toBe('b_i8')
    const named = madeNames(graphOf([['x', 'a'], ['a', 'b']], ['b']), { i8: 'si8' }) // biome-ignore format: edges
    expect(named.lowered('ab_si8', 'ab')).toBe('ab_si8~ab')
    expect(named.lowered('ab_i8', 'ab')).toBe('ab_i8')
    expect(named.cast('a', 'i8', user('b'))).toBe('ab_si8')
  })

  it('are joined by a mark that no name of the graph contains', () => {
    expect(madeNames(graphOf([['x', '~']])).apart('a', 'b')).toBe('a~_b')
    expect(madeNames(graphOf([['x', 'a~_b']])).apart('a', 'b')).toBe('a~__b')
    expect(plain.disguise('a')).toBe('a~')
  })
})
