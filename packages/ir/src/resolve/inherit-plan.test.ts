import { describe, expect, it } from 'vitest'
import type { Graph, Node, Value } from '../graph/types.ts'
import { allOps } from '../ops/op-set.ts'
import { inheritPlan } from './inherit-plan.ts'

const graphOf = (nodes: readonly Node[]): Graph => ({
  name: 'g',
  nodes,
  inputs: [{ name: 'x' }],
  outputs: nodes.slice(-1).flatMap(({ outputs }) => outputs),
  values: new Map(
    ['x', ...nodes.flatMap(({ outputs }) => outputs)].map((name): [string, Value] => [name, { name, type: { dtype: 'f32', shape: [1] } }]),
  ),
  ops: allOps,
  properties: {},
})
const node = (name: string, origin?: readonly string[]): Node => ({
  op: 'Relu',
  inputs: ['x'],
  outputs: [name],
  attrs: {},
  ...(origin === undefined ? {} : { origin }),
})

describe('inheritPlan', () => {
  const float = graphOf([node('a'), node('b')])

  it('the parts of a layer are in the mode of the layer', () => {
    const plan = inheritPlan(float, graphOf([node('a_part_1', ['a', 'b']), node('a_part_2', ['a']), node('b')]), new Map([['a', 'F16']]))
    expect([...plan]).toEqual([
      ['a', 'F16'],
      ['a_part_1', 'F16'],
      ['a_part_2', 'F16'],
    ])
  })

  it('a node that keeps its name has its own entry or none, whatever went into it', () => {
    const plan = new Map([['a', 'F16']] as const)
    expect(inheritPlan(float, graphOf([node('b', ['a', 'b'])]), plan)).toBe(plan)
  })
})
