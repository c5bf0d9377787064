import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import { four, row, toyChip } from './fixtures/toy-chip.ts'
import { checkEntries } from './known-names.ts'
import { createResolver } from './resolver.ts'

describe('names that the graph does not have', () => {
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, first: four, c: { ...four, constant: [1, 2, 3, 4] }, last: four },
    nodes: [node('Relu', ['x'], ['first']), node('Add', ['first', 'c'], ['last'])],
    outputs: ['last'],
  })
  const table = new Map(['x', 'first', 'last', 'somewhere else'].map((name) => [name, row(2)]))
  const resolver = createResolver(graph, table, toyChip, { mode: 'INT8' })

  it('are refused in a plan and in ranges, with the nearest name that there is; the table may have them', () => {
    const refused = { code: 'LAYER_UNKNOWN', at: ['frist'], hint: 'did you mean first?' }
    expect(() => resolver.resolve(new Map([['frist', 'F16']]))).toThrow(expect.objectContaining(refused))
    expect(() => resolver.resolve(new Map(), new Map([['frist', row(1)]]))).toThrow(expect.objectContaining(refused))
  })

  it('are all told, ten at most', () => {
    const plan = new Map(Array.from({ length: 12 }, (_, i) => [`n${i}`, 'F16']))
    const refused = { at: Array.from({ length: 10 }, (_, i) => `n${i}`), found: '12 unknown names' }
    expect(() => resolver.resolve(plan)).toThrow(expect.objectContaining(refused))
  })

  it('are no constants in a plan; ranges may have rows for them, as tables do', () => {
    expect(() => resolver.resolve(new Map([['c', 'F16']]))).toThrow(expect.objectContaining({ code: 'LAYER_UNKNOWN' }))
    expect(() => resolver.resolve(new Map([['x', 'F16']]), new Map([['c', row(1)]]))).not.toThrow()
  })

  it('cost nothing that was computed before', () => {
    resolver.resolve(new Map())
    const before = resolver.work()
    expect(() => resolver.resolve(new Map([['frist', 'F16']]))).toThrow()
    resolver.resolve(new Map())
    expect(resolver.work()).toEqual(before)
  })

  it('have no key', () => {
    const { keyOf } = resolver.resolve(new Map())
    expect(keyOf('c')).toMatch(/^[0-9a-f]{32}$/)
    expect(() => keyOf('lst')).toThrow(expect.objectContaining({ code: 'VALUE_UNKNOWN', at: ['lst'], hint: 'did you mean last?' }))
  })
})

describe('entries that are none', () => {
  const { target } = toyChip
  it.each([{}, undefined, null, 3])('the plan says %j', (mode) => {
    expect(() => checkEntries(new Map([['y', mode as never]]), new Map(), target)).toThrow(
      expect.objectContaining({ code: 'MODE_UNSUPPORTED', at: ['y'] }),
    )
  })

  it.each([{}, undefined, { threshold: 1, min: 0 }, { threshold: '1', min: 0, max: 1 }])('the table says %j', (row) => {
    expect(() => checkEntries(new Map(), new Map([['y', row as never]]), target)).toThrow(
      expect.objectContaining({ code: 'RANGE_INVALID', at: ['y'] }),
    )
  })
})
