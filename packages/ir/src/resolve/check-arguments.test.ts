import { expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import { checkRunnable } from './check-runnable.ts'
import { four, row, toyChip } from './fixtures/toy-chip.ts'
import { createResolver } from './resolver.ts'

const graph = smallGraph({ stage: 'float', values: { x: four, y: four }, nodes: [node('Relu', ['x'], ['y'])], outputs: ['y'] })
const table = new Map(['x', 'y'].map((name) => [name, row(2)]))
const make = createResolver as (...args: readonly unknown[]) => ReturnType<typeof createResolver>
const refusal = (place: string, more: object = {}) => expect.objectContaining({ code: 'RESOLVE_ARGUMENT', at: [place], ...more })

it.each([
  ['no settings', [graph, table, toyChip], 'options', { found: 'undefined' }],
  ['no mode', [graph, table, toyChip, { asymmetric: false }], 'options.mode', {}],
  [
    'a setting that nothing reads',
    [graph, table, toyChip, { mode: 'INT8', asymetric: true }],
    'options.asymetric',
    { hint: 'did you mean asymmetric?' },
  ],
  ['a word for a truth', [graph, table, toyChip, { mode: 'INT8', asymmetric: 'yes' }], 'options.asymmetric', { wanted: 'a boolean' }],
  ['the factory', [graph, table, () => toyChip, { mode: 'INT8' }], 'backend', { hint: 'call the factory: give what it returns' }],
  ['no back end', [graph, table, undefined, { mode: 'INT8' }], 'backend', { found: 'undefined' }],
  ['the whole table', [graph, { entries: table }, toyChip, { mode: 'INT8' }], 'table', { hint: 'give table.entries' }],
  ['an object of rows', [graph, { x: row(2) }, toyChip, { mode: 'INT8' }], 'table', { found: 'of type object' }],
  ['no graph', ['net.mlir', table, toyChip, { mode: 'INT8' }], 'graph', { found: '"net.mlir"' }],
] as const)('a resolver of %s is refused by name', (_, args, place, more) => {
  expect(() => make(...args)).toThrow(refusal(place, more))
})

it('the message alone says place, what is there, what is wanted and what to do', () => {
  expect(() => make(graph, table, () => toyChip, { mode: 'INT8' })).toThrow(
    'a resolver cannot work with backend: found a function, wanted a Backend: name, target, lower, emit; call the factory: give what it returns',
  )
})

it('plans and ranges that are no Maps are refused, and the resolver can be used again', () => {
  const resolver = createResolver(graph, table, toyChip, { mode: 'INT8' })
  const resolve = resolver.resolve as (plan?: unknown, ranges?: unknown) => unknown
  expect(() => resolve()).toThrow(refusal('plan', { found: 'undefined' }))
  expect(() => resolve({ y: 'F32' })).toThrow(refusal('plan', { wanted: 'a Map from layer to mode' }))
  expect(() => resolve(new Map(), { entries: table })).toThrow(refusal('ranges', { hint: 'give ranges.entries' }))
  expect(() => checkRunnable(graph, {} as never, toyChip, { mode: 'INT8' })).toThrow(refusal('plan'))
  expect(resolver.resolve(new Map([['y', 'F32']])).graph.outputs).toEqual(['y'])
})
