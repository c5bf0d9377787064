import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { ObservedRange } from '../contracts/observer.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { four, row, toyChip } from './fixtures/toy-chip.ts'
import { createResolver } from './resolver.ts'

describe('keys', () => {
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, a: four, b: four, c: four },
    nodes: [node('Relu', ['x'], ['a']), node('Exp', ['a'], ['b']), node('Relu', ['x'], ['c'])],
    outputs: ['b', 'c'],
  })
  const table = new Map(['x', 'a', 'b', 'c'].map((name) => [name, row(2, -1)]))
  const keysFor = (plan: Plan, ranges: ReadonlyMap<string, ObservedRange> = new Map(), mode: QuantMode = 'INT8') => {
    const { keyOf } = createResolver(graph, table, toyChip, { mode }).resolve(plan, ranges)
    return { a: keyOf('a'), b: keyOf('b'), c: keyOf('c'), x: keyOf('x') }
  }
  const plain = keysFor(new Map())

  it('are equal for values made in the same way, whatever their names', () => {
    expect(plain.a).toBe(plain.c)
    expect(keysFor(new Map())).toEqual(plain)
  })

  it('change with the mode of a layer, there and behind it, and nowhere else', () => {
    const mixed = keysFor(new Map([['a', 'F16']]))
    expect(mixed.x).toBe(plain.x)
    expect(mixed.c).toBe(plain.c)
    expect(mixed.a).not.toBe(plain.a)
    expect(mixed.b).not.toBe(plain.b)
  })

  it('change with a range', () => {
    const wider = keysFor(
      new Map(),
      new Map([
        ['x', row(3, -1)],
        ['c', row(3, -1)],
      ]),
    )
    expect(wider.x).toBe(plain.x)
    expect(wider.c).not.toBe(plain.c)
    expect(wider.a).not.toBe(plain.a)
  })

  it('do not change with a range that decides nothing', () => {
    expect(keysFor(new Map(), new Map([['b', row(9, -9)]]), 'F32')).toEqual(keysFor(new Map(), new Map(), 'F32'))
  })
})
