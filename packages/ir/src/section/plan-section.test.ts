import { describe, expect, it } from 'vitest'
import { parseGraph } from '../graph/text/parse-graph.ts'
import type { Graph, Node } from '../graph/types.ts'
import { planSection } from './plan-section.ts'

/** x -> p -> q, x -> r; y = q + c */
const fork = parseGraph(`
  graph fork
  x: f32[1]
  c: f32[1] = [1]
  p = Abs(x)
  q = Exp(p)
  r = Sqrt(x)
  y = Add(q, c)
  return y, r
`)
const made = ({ nodes }: { readonly nodes: readonly Node[] }) => nodes.map(({ outputs }) => outputs[0])

describe('planSection', () => {
  it('takes the whole graph unless told otherwise, in its order', () => {
    const plan = planSection(fork)
    expect(made(plan)).toEqual(['p', 'q', 'r', 'y'])
    expect(plan).toMatchObject({ feeds: ['x'], fetches: ['y', 'r'], constants: ['c'] })
  })

  it('stops at what is fed, a constant included', () => {
    expect(made(planSection(fork, { feeds: ['q'], fetches: ['y'] }))).toEqual(['y'])
    expect(made(planSection(fork, { feeds: ['q', 'x'], fetches: ['y', 'q', 'r'] }))).toEqual(['r', 'y'])
    expect(planSection(fork, { feeds: ['q', 'c'], fetches: ['y'] }).constants).toEqual([])
  })

  it('takes no nodes for what is fed or constant', () => {
    const plan = planSection(fork, { feeds: ['q'], fetches: ['q', 'c'] })
    expect(plan.nodes).toEqual([])
    expect(plan.constants).toEqual(['c'])
  })

  it('says after which node a value is needed no more; what is fetched stays', () => {
    expect(planSection(fork).lastUses).toEqual([[], ['p'], ['x'], ['q', 'c']])
    expect(planSection(fork, { fetches: ['p', 'y'] }).lastUses).toEqual([['x'], [], ['q', 'c']])
  })

  it('lets go at once of a result that nobody takes', () => {
    const top = parseGraph('x: f32[4]; v, i = TopK(x) {k = 2, axis = 0}; y = Abs(v)')
    expect(planSection(top, { fetches: ['y'] }).lastUses[0]).toEqual(['x', 'i'])
  })

  it('names what is wrong', () => {
    const values = new Map([...fork.values, ['w', { name: 'w', type: { dtype: 'f32', shape: [1] }, isConstant: true }] as const])
    const unloaded: Graph = { ...fork, values }
    expect(() => planSection(fork, { fetches: ['Y1'] })).toThrow(
      expect.objectContaining({ code: 'VALUE_UNKNOWN', at: ['fork'], found: 'Y1', hint: expect.stringContaining('did you mean') }),
    )
    expect(() => planSection(fork, { feeds: ['z9'] })).toThrow(expect.objectContaining({ code: 'VALUE_UNKNOWN', found: 'z9' }))
    expect(() => planSection(fork, { feeds: [], fetches: ['q'] })).toThrow(
      expect.objectContaining({ code: 'FEED_MISSING', at: ['fork', 'x'], found: 'no feeds', hint: 'feed x, or a value behind it' }),
    )
    expect(() => planSection(fork, { feeds: ['q'] })).toThrow(expect.objectContaining({ code: 'FEED_MISSING', found: 'feeds q' }))
    expect(() => planSection(unloaded, { fetches: ['w'] })).toThrow(
      expect.objectContaining({ code: 'CONSTANT_MISSING', at: ['fork', 'w'], found: expect.stringContaining('without elements') }),
    )
  })

  it('looks at the nodes of the section alone, once the graph is indexed', () => {
    const count = 5000
    const lines = Array.from({ length: count }, (_, i) => `v${i + 1} = Abs(v${i})`)
    const long = parseGraph(`v0: f32[1]; ${lines.join('; ')}`)
    let looks = 0
    const nodes = new Proxy(long.nodes, {
      get(target, key, receiver) {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++
        return Reflect.get(target, key, receiver)
      },
    })
    const watched: Graph = { ...long, nodes }
    const section = { feeds: ['v4000'], fetches: ['v4010'] }
    planSection(watched, section)
    looks = 0
    expect(planSection(watched, section).nodes).toHaveLength(10)
    expect(looks).toBeLessThanOrEqual(20)
  })
})
