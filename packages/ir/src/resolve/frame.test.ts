import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { Backend } from '../contracts/backend.ts'
import { draftOf } from '../graph/draft.ts'
import { layerOf } from '../graph/edges.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { four, row, toyChip } from './fixtures/toy-chip.ts'
import { resolve } from './resolve.ts'
import type { Resolved } from './resolved.ts'
import { createResolver } from './resolver.ts'

describe('layers that rewrites made', () => {
  const split: Backend = {
    ...toyChip,
    rewrite: [
      {
        name: 'split-exp',
        run(graph) {
          const draft = draftOf(graph)
          for (const each of draft.nodes()) {
            if (each.op !== 'Exp') continue
            const name = layerOf(each)
            draft.setValue({ name: `${name}_part`, type: draft.value(name).type })
            draft.replace(each, [
              { op: 'Relu', inputs: each.inputs, outputs: [`${name}_part`], attrs: {}, origin: [name] },
              { op: 'Add', inputs: [`${name}_part`, `${name}_part`], outputs: [name], attrs: {}, origin: [name] },
            ])
          }
          return draft.finish()
        },
      },
    ],
  }
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, a: four, b: four },
    nodes: [node('Add', ['x', 'x'], ['a']), node('Exp', ['a'], ['b'])],
    outputs: ['b'],
  })
  const table = new Map(['x', 'a', 'b'].map((name) => [name, row(2)]))

  it('are in the mode of the layer they come from', () => {
    const { plan, graph: made } = resolve(graph, table, new Map([['b', 'F16']]), split, { mode: 'INT8' })
    expect([...plan]).toEqual([
      ['b', 'F16'],
      ['b_part', 'F16'],
    ])
    expect(made.values.get('b_part')!.type.dtype).toBe('f16')
  })

  it('are in the mode of the network where the rewrite says so, unless the plan has their own names', () => {
    const alone: Backend = { ...split, rewrite: split.rewrite!.map((pass) => ({ ...pass, entries: 'own' as const })) }
    const typesOf = (plan: ReadonlyMap<string, QuantMode>) => {
      const { values } = resolve(graph, table, plan, alone, { mode: 'INT8' }).graph
      return ['b_part', 'b'].map((name) => values.get(name)!.type.dtype)
    }
    expect(typesOf(new Map([['b', 'F16']]))).toEqual(['u8', 'f16'])
    expect(typesOf(new Map([['b_part', 'F16']]))).toEqual(['f16', 'u8'])
    const resolver = createResolver(graph, table, alone, { mode: 'INT8' })
    resolver.resolve(new Map())
    const { values } = resolver.resolve(new Map([['b', 'F16']])).graph
    expect(values.get('b_part')!.type.dtype).toBe('u8')
  })

  it('have the range of the value they took over, also when it differs from the table', () => {
    const resolver = createResolver(graph, table, split, { mode: 'INT8' })
    const scaleOf = (resolved: Resolved) => resolved.graph.values.get('b_part')!.type.quant!.scale
    expect(scaleOf(resolver.resolve(new Map()))).toBe(2 / 255)
    expect(scaleOf(resolver.resolve(new Map(), new Map([['b', row(4)]])))).toBe(4 / 255)
    expect(scaleOf(resolver.resolve(new Map()))).toBe(2 / 255)
  })

  it('have the range that the value is given later, also when the table has no row for it', () => {
    const resolver = createResolver(graph, new Map([...table].filter(([name]) => name !== 'b')), split, { mode: 'INT8' })
    expect(() => resolver.resolve(new Map())).toThrow(expect.objectContaining({ code: 'RANGE_MISSING', at: ['b_part'] }))
    const { graph: made } = resolver.resolve(new Map(), new Map([['b', row(4)]]))
    expect(['b_part', 'b'].map((name) => made.values.get(name)!.type.quant!.scale)).toEqual([4 / 255, 4 / 255])
  })

  it.each([
    ['outputs', { outputs: ['a'] }, 'a', 'b'],
    ['inputs', { inputs: [] }, '', 'x'],
  ])('leave the %s of the network as they are', (_, change, found, wanted) => {
    const chip: Backend = { ...toyChip, rewrite: [{ name: 'cut', run: (each) => ({ ...each, ...change }) }] }
    expect(() => createResolver(graph, table, chip, { mode: 'INT8' })).toThrow(
      expect.objectContaining({ code: 'REWRITE_INVALID', at: ['cut'], found, wanted }),
    )
  })

  it('have no range when the value has none', () => {
    const { graph: made } = createResolver(graph, new Map(), split, { mode: 'F32' }).resolve(new Map())
    expect([...made.values.values()].map(({ name, type }) => [name, type.range])).toEqual(
      ['x', 'a', 'b_part', 'b'].map((name) => [name, undefined]),
    )
  })
})
