import type { Graph, SearchLayer } from '@q/ir'
import { expect, it } from 'vitest'
import type { Context } from '../context.ts'
import { lossTableText, planText } from './found-tables.ts'

const layer = (name: string, hasCodes: boolean, type = 'top.Conv'): SearchLayer => ({ name, type, modes: ['F16'], hasCodes, operations: 1 })
const context = { env: { SOURCE_DATE_EPOCH: '0' } } as unknown as Context
const header = { chip: 'nova', floatMode: 'F16', samples: 3 }
const table = (layers: readonly SearchLayer[]) =>
  lossTableText({ ranking: [{ layer: 'a', loss: 0.25 }], layers }, header, context).split('\n')

it('a table of losses names the layers that are in float in any case, which have no row', () => {
  const lines = table([layer('a', true), layer('joined', false, 'top.Concat'), layer('cast', false), layer('s', false, 'top.Softmax')])
  expect(lines.slice(2)).toEqual([
    '# chip: nova  mix_mode: F16',
    '# q: no row, in float in any case or joined with another layer: joined, cast',
    '###',
    expect.stringMatching(/^No\.0 {3}: Layer: a +\t\t\tCos: 0\.750000$/),
    '',
  ])
})

it('a table of losses is that of the original tool where there are none', () => {
  expect(table([layer('a', true)]).slice(2, 4)).toEqual(['# chip: nova  mix_mode: F16', '###'])
})

it('a plan names the layers that were not examined, but for those that it keeps in float', () => {
  const graph: Graph = { name: 'g', ops: new Map(), inputs: [], outputs: [], nodes: [], values: new Map(), properties: {} }
  const told = (unexamined: readonly string[]) =>
    planText(new Map([['a', 'F16']]), { ...header, graph, form: 'extended', unexamined }, context)
      .split('\n')
      .filter((line) => line.includes('examined'))
  expect(told(['a', 'b'])).toEqual(['# q: ended by its budget, 1 layer not examined:', '# q: not examined: b'])
  expect(told(['a'])).toEqual([])
})
