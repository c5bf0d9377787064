import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { Graph } from '../graph/types.ts'
import { four, row, toyChip } from './fixtures/toy-chip.ts'
import type { Resolved } from './resolved.ts'
import { createResolver, type Resolver } from './resolver.ts'

/** Layers one behind the other, and a branch of three from the middle on. */
function chain(count: number): Graph {
  const names = Array.from({ length: count }, (_, i) => `l${i}`)
  return smallGraph({
    stage: 'float',
    values: Object.fromEntries(
      ['x', ...names, 'c', 'b0', 'b1', 'b2'].map((name) => [name, name === 'c' ? { ...four, constant: [1, 2, 3, 4] } : four]),
    ),
    nodes: [
      ...names.map((name, i) =>
        i === 0 ? node('Concat', ['x', 'c'], [name], { axis: 1 }) : node('Add', [names[i - 1]!, names[i - 1]!], [name]),
      ),
      node('Relu', [names[count >> 1]!], ['b0']),
      node('Exp', ['b0'], ['b1']),
      node('Add', ['b1', 'b1'], ['b2']),
    ],
    outputs: [names.at(-1)!, 'b2'],
  })
}

function resolverOf(count: number): Resolver {
  const graph = chain(count)
  const table = new Map([...graph.values.keys()].map((name) => [name, row(2, -1)]))
  return createResolver(graph, table, toyChip, { mode: 'INT8' })
}

/** What `ask` costs: keys computed, nodes looked at. */
function costOf(resolver: Resolver, ask: () => unknown): { readonly keys: number; readonly keyed: number } {
  const before = resolver.work()
  ask()
  const after = resolver.work()
  return { keys: after.keys - before.keys, keyed: after.keyed - before.keyed }
}

const allKeys = (resolved: Resolved) => [...resolved.keys()]
const plan = (layer: string) => new Map([[layer, 'F16']])

describe('keys', () => {
  it('of all values cost what a plan changes and what lies behind it, whatever the size of the graph', () => {
    const costs = [30, 300, 3000].map((count) => {
      const resolver = resolverOf(count)
      allKeys(resolver.resolve(new Map()))
      const branch = costOf(resolver, () => allKeys(resolver.resolve(plan('b0'))))
      const end = costOf(resolver, () => allKeys(resolver.resolve(plan(`l${count - 3}`))))
      return { branch, end }
    })
    expect(costs[0]!.branch.keys).toBeLessThanOrEqual(8)
    expect(costs[0]!.branch.keyed).toBeLessThanOrEqual(32)
    expect(costs[1]).toEqual(costs[0])
    expect(costs[2]).toEqual(costs[0])
  })

  it('of one value cost its ancestors that have none yet', () => {
    const resolver = resolverOf(300)
    const first = resolver.resolve(new Map())
    const ancestors = costOf(resolver, () => first.keyOf('l9')).keys
    expect(ancestors).toBeLessThanOrEqual(12)
    expect(costOf(resolver, () => first.keyOf('l9'))).toEqual({ keys: 0, keyed: 0 })
    expect(costOf(resolver, () => first.keyOf('l19')).keys).toBe(10)
  })

  it('are kept where a node is made again and comes out the same', () => {
    const resolver = resolverOf(30)
    allKeys(resolver.resolve(new Map()))
    const known = allKeys(resolver.resolve(plan('b1')))
    // The branch asks for another cast of l15, at whose place nothing else changes.
    expect(costOf(resolver, () => expect(allKeys(resolver.resolve(plan('b1')))).toEqual(known)).keys).toBe(0)
    const behind = allKeys(resolver.resolve(plan('b0'))).filter(([name, key]) => new Map(known).get(name) !== key)
    expect(behind.map(([name]) => name).every((name) => name.startsWith('b') || name.startsWith('l15'))).toBe(true)
  })

  it('of two results asked in turn are computed at most twice', () => {
    const resolver = resolverOf(100)
    const [a, b] = [resolver.resolve(new Map()), resolver.resolve(plan('l1'))]
    const cost = costOf(resolver, () =>
      a!.graph.nodes.map(({ outputs }) => [a!.keyOf(outputs[0]!), b!.layers.has(outputs[0]!) && b!.keyOf('l99')]),
    )
    expect(cost.keys).toBeLessThanOrEqual(4 * a!.graph.nodes.length)
    expect(allKeys(a!)).toEqual(allKeys(resolverOf(100).resolve(new Map())))
    expect(allKeys(b!)).toEqual(allKeys(resolverOf(100).resolve(plan('l1'))))
  })

  it('are those of the values that nodes make, in graph order', () => {
    const resolved = resolverOf(4).resolve(plan('l2'))
    expect(allKeys(resolved).map(([name]) => name)).toEqual(resolved.graph.nodes.flatMap(({ outputs }) => outputs))
    for (const [name, key] of allKeys(resolved)) expect(resolved.keyOf(name)).toBe(key)
  })

  it('of networks deeper than calls can be are found', () => {
    const { keyOf } = resolverOf(12_000).resolve(new Map())
    expect(keyOf('l11999')).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('the layers of a result', () => {
  it('are the nodes of its graph in a row, casts at the layer that makes what they cast', () => {
    const { layers, graph } = resolverOf(4).resolve(plan('l1'))
    expect([...layers.values()].flat()).toEqual(graph.nodes)
    expect([...layers].map(([name, nodes]) => [name, nodes.map(({ op }) => op)])).toEqual([
      ['x', ['QuantizeLinear']],
      ['l0', ['Concat', 'DequantizeLinear']],
      ['l1', ['Add', 'QuantizeLinear']],
      ['l2', ['Add']],
      ['l3', ['Add', 'DequantizeLinear']],
      ['b0', ['Relu', 'DequantizeLinear']],
      ['b1', ['Exp', 'QuantizeLinear']],
      ['b2', ['Add', 'DequantizeLinear']],
    ])
  })
})

describe('results of two resolvers', () => {
  it('are not compared, and neither are copies', () => {
    const [one, other] = [resolverOf(4), resolverOf(4)].map((resolver) => resolver.resolve(new Map()))
    for (const stranger of [other!, { ...one! }]) {
      expect(() => one!.changedSince(stranger)).toThrow(expect.objectContaining({ code: 'RESULT_OTHER', kind: 'usage' }))
    }
  })
})

describe('after a plan that cannot be had', () => {
  it('what comes out the same has not changed, and its keys are known', () => {
    const resolver = resolverOf(30)
    const before = resolver.resolve(new Map())
    const keys = allKeys(before)
    expect(() => resolver.resolve(new Map([['l4', 'BF16']]))).toThrow()
    const after = resolver.resolve(new Map())
    expect(after.changedSince(before)).toEqual([])
    expect(costOf(resolver, () => expect(allKeys(after)).toEqual(keys)).keys).toBe(0)
  })

  it('everything is computed once more, and counted', () => {
    const resolver = resolverOf(30)
    resolver.resolve(new Map())
    const { layers, lowered, ranges, simplified } = resolver.work()
    expect({ layers, lowered, ranges }).toEqual({ layers: 7 * 34, lowered: 33, ranges: 2 })
    expect(simplified).toBeGreaterThan(0)
    const bad = new Map([['l4', { threshold: Number.NaN, min: 0, max: 0 }]])
    expect(() => resolver.resolve(new Map(), bad)).toThrow()
    resolver.resolve(new Map())
    const twice = { layers: 2 * layers, lowered: 2 * lowered, ranges: 2 * ranges, simplified: 2 * simplified }
    expect(resolver.work()).toMatchObject(twice)
    resolver.resolve(plan('l4'))
    expect(resolver.work().layers).toBeGreaterThan(twice.layers)
  })

  it('what was computed before is still counted', () => {
    const resolver = resolverOf(30)
    resolver.resolve(new Map())
    const before = resolver.work()
    const bad = new Map([['l4', { threshold: Number.NaN, min: 0, max: 0 }]])
    expect(() => resolver.resolve(new Map(), bad)).toThrow(expect.objectContaining({ code: 'RANGE_INVALID', at: ['l4'] }))
    for (const [name, count] of Object.entries(resolver.work())) expect(count).toBeGreaterThanOrEqual(before[name as keyof typeof before])
  })
})
