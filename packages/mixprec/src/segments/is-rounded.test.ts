import { parseGraph } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { isRounded } from './is-rounded.ts'

describe('a graph is rounded between its layers', () => {
  it('where they hand on 16-bit floats or codes, whatever its outputs are', () => {
    expect(
      isRounded(parseGraph('x: f32[4]; a = Cast(x) {to = "f16"}; b = Cast(a) {to = "bf16"}; y = Cast(b) {to = "f32"}; return y')),
    ).toBe(true)
  })

  it('not where one hands on wider floats, or numbers that were left unrounded', () => {
    expect(isRounded(parseGraph('x: f32[4]; a = Tanh(x); y = Cast(a) {to = "f16"}; return y'))).toBe(false)
    const graph = parseGraph('x: f32[4]; a = Cast(x) {to = "f16"}; y = Cast(a) {to = "f32"}; return y')
    const unrounded = {
      ...graph,
      nodes: graph.nodes.map((node, i) => (i === 0 ? { ...node, attrs: { ...node.attrs, unrounded: true } } : node)),
    }
    expect(isRounded(unrounded)).toBe(false)
  })
})
