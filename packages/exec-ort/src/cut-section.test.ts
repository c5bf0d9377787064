import { parseGraph } from '@q/ir'
import { planSection } from '@q/ir/section'
import { describe, expect, it } from 'vitest'
import { smallTranslator } from '../test/small-translator.ts'
import { cutSection } from './cut-section.ts'
import { portableForms } from './kernel-forms.ts'

describe('parts of a section', () => {
  it('keep the order of elements that a later part computes with', () => {
    // Nobody translates Abs: it is a part of its own.
    const graph = parseGraph('graph parts\nx: f32[2]; p = Relu(x); q = Relu(p); r = Abs(p); y = Add(r, q)')
    const all = ['p', 'q', 'r', 'y']
    const parts = cutSection(planSection(graph, { fetches: all, anyOrder: all }), smallTranslator, {
      precision: 'fast',
      kernels: portableForms,
    })
    expect(parts.map(({ section }) => [section.fetches, section.anyOrder])).toEqual([
      [['p', 'q'], []],
      [['r'], []],
      [['y'], ['y']],
    ])
  })
})
