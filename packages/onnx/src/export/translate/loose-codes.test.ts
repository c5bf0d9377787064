import type { Attrs, DType, Graph, Node, Value } from '@q/ir'
import { allOps } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { looseCodes } from './loose-codes.ts'

function graphOf(nodes: readonly (readonly [op: string, input: string, output: string, dtype: DType, attrs?: Attrs])[]): Graph {
  const value = (name: string, dtype: DType): [string, Value] => [name, { name, type: { dtype, shape: [1, 4] } }]
  return {
    name: 'g',
    inputs: [{ name: 'x' }],
    outputs: [],
    ops: allOps,
    properties: {},
    nodes: nodes.map(([op, input, output, , attrs = {}]): Node => ({ op, inputs: [input], outputs: [output], attrs })),
    values: new Map([value('x', 'i8'), ...nodes.map(([, , output, dtype]) => value(output, dtype))]),
  }
}

describe('looseCodes', () => {
  it('finds padding with a number that is no code, and its copies up to an operator that computes', () => {
    const graph = graphOf([
      ['Pad', 'x', 'p', 'i8', { value: 0.5 }],
      ['Reshape', 'p', 'r', 'i8'],
      ['DequantizeLinear', 'r', 'd', 'f32'],
      ['Relu', 'd', 'y', 'f32'],
    ])
    expect([...looseCodes(graph)]).toEqual(['p', 'r'])
  })

  it('leaves padding with a code alone, and finds magnitudes', () => {
    expect(looseCodes(graphOf([['Pad', 'x', 'p', 'i8', { value: -128 }]])).size).toBe(0)
    expect([
      ...looseCodes(
        graphOf([
          ['Pad', 'x', 'p', 'i8', { value: 128 }],
          ['Abs', 'x', 'a', 'i8'],
        ]),
      ),
    ]).toEqual(['p', 'a'])
  })
})
