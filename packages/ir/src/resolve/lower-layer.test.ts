import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { Backend, LowerOp } from '../contracts/backend.ts'
import { four, keep, row, toyChip } from './fixtures/toy-chip.ts'
import { resolve } from './resolve.ts'

describe('a lowering', () => {
  const asking = (question: LowerOp): Backend => ({ ...toyChip, lower: { ...toyChip.lower, Relu: question } })
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, a: four, b: four, c: four },
    nodes: [node('Add', ['x', 'x'], ['a']), node('Relu', ['a'], ['b']), node('Add', ['b', 'b'], ['c'])],
    outputs: ['c'],
  })
  const table = new Map(['x', 'a', 'b', 'c'].map((name) => [name, row(2)]))
  const run = (question: LowerOp) => () => resolve(graph, table, new Map(), asking(question), { mode: 'INT8' })

  it('sees its neighbours', () => {
    const seen: unknown[] = []
    run((each, context) => {
      seen.push(
        context.producer('a')?.node.op,
        context.consumers('b').map(({ node: { op }, mode }) => [op, mode]),
        context.useCount('b'),
      )
      return keep(each, context)
    })()
    expect(seen).toEqual(['Add', [['Add', 'INT8']], 2])
  })

  it.each<[string, LowerOp]>([
    ['types', (each, context) => keep(each, { ...context, scheme: context.scheme, ...{ _: context.typeOf('x') } })],
    ['makers', (each, context) => keep(each, { ...context, ...{ _: context.producer('x') } })],
    ['users', (each, context) => keep(each, { ...context, ...{ _: context.consumers('a') } })],
    ['constants', (each, context) => keep(each, { ...context, ...{ _: context.constantOf('c') } })],
  ])('is told when it asks for %s of layers that are not beside it', (_, question) => {
    expect(run(question)).toThrow(/is not beside it/)
  })

  it('has the facts that its back end states of the graph', () => {
    const seen: unknown[] = []
    const question: LowerOp = (each, context) => {
      seen.push(context.facts)
      return keep(each, context)
    }
    resolve(graph, table, new Map(), { ...asking(question), facts: () => new Map([['b', { isHead: true }]]) }, { mode: 'INT8' })
    expect(seen).toEqual([{ isHead: true }])
  })
})
