import { describe, expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import { four } from './fixtures/toy-chip.ts'
import { madeNames } from './made-names.ts'
import { namedApart } from './simplified-names.ts'

const graphOf = (nodes: Parameters<typeof smallGraph>[0]['nodes'], outputs: readonly string[]) =>
  smallGraph({
    values: Object.fromEntries(['x', ...nodes.flatMap((one) => [...one.inputs, ...one.outputs])].map((name) => [name!, four])),
    nodes,
    outputs,
  })

describe('what passes add to a part of a graph', () => {
  const whole = graphOf([node('Relu', ['x'], ['a']), node('Exp', ['a'], ['b']), node('Exp', ['b'], ['c'])], ['b'])
  const part = graphOf([node('Exp', ['a'], ['b'])], ['b'])
  /** A pass puts a node behind `a`, and what it makes in the place of the result. */
  const added = (name: string) =>
    namedApart(part, graphOf([node('Relu', ['a'], [name]), node('Exp', [name], ['b'])], [name]), madeNames(whole))

  it('keeps its name where nothing outside has it', () => {
    const { nodes, outputs, values } = added('a_new')
    expect([nodes.map(({ outputs: [name] }) => name), outputs, values.has('a_new')]).toEqual([['a_new', 'b'], ['a_new'], true])
  })

  it('is called otherwise where the graph has the name outside of the part: results, operands, values', () => {
    const { nodes, outputs, values } = added('c')
    expect(nodes.map(({ inputs, outputs: [name] }) => [inputs, name])).toEqual([
      [['a'], 'c~c'],
      [['c~c'], 'b'],
    ])
    expect([outputs, values.has('c'), values.get('c~c')?.name]).toEqual([['c~c'], false, 'c~c'])
  })
})
