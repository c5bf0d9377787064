import type { Graph, Node, Value } from '@q/ir'
import { allOps } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { planSection } from './plan-section.ts'

const type = { dtype: 'f32', shape: [1] } as const
const node = (op: string, inputs: readonly string[], output: string): Node => ({ op, inputs, outputs: [output], attrs: {} })

/** x -> p -> q, x -> r; y = q + c, z = r */
const graph: Graph = {
  name: 'fork',
  inputs: [{ name: 'x' }],
  outputs: ['y', 'r'],
  nodes: [node('Abs', ['x'], 'p'), node('Exp', ['p'], 'q'), node('Sqrt', ['x'], 'r'), node('Add', ['q', 'c'], 'y')],
  values: new Map<string, Value>([
    ...['x', 'p', 'q', 'r', 'y'].map((name) => [name, { name, type }] as const),
    ['c', { name: 'c', type, isConstant: true, constant: { ...type, data: Float32Array.of(1) } }],
    ['unloaded', { name: 'unloaded', type, isConstant: true }],
  ]),
  ops: allOps,
  properties: {},
}
const made = (plan: { readonly nodes: readonly Node[] }) => plan.nodes.map(({ outputs }) => outputs[0])

describe('planSection', () => {
  it('takes the whole graph unless told otherwise, in its order', () => {
    const plan = planSection(graph)
    expect(made(plan)).toEqual(['p', 'q', 'r', 'y'])
    expect(plan.feeds).toEqual(['x'])
    expect(plan.fetches).toEqual(['y', 'r'])
  })

  it('stops at what is fed', () => {
    expect(made(planSection(graph, { feeds: ['q'], fetches: ['y'] }))).toEqual(['y'])
    expect(made(planSection(graph, { feeds: ['q', 'x'], fetches: ['y', 'q', 'r'] }))).toEqual(['r', 'y'])
  })

  it('names what is wrong', () => {
    expect(() => planSection(graph, { fetches: ['Y1'] })).toThrow(expect.objectContaining({ code: 'VALUE_UNKNOWN', found: 'Y1' }))
    expect(() => planSection(graph, { feeds: [], fetches: ['q'] })).toThrow(
      expect.objectContaining({ code: 'FEED_MISSING', at: ['fork', 'x'] }),
    )
    expect(() => planSection(graph, { fetches: ['unloaded'] })).toThrow(expect.objectContaining({ code: 'CONSTANT_MISSING' }))
  })
})
