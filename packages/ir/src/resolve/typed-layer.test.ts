import { expect, it } from 'vitest'
import { node, smallGraph } from '../conformance/small-graph.ts'
import type { LowerOp } from '../contracts/backend.ts'
import { four, keep, row, toyChip } from './fixtures/toy-chip.ts'
import { resolve } from './resolve.ts'

it('what a layer needs of an operand holds under the name that the maker of the operand gave it', () => {
  /** Makes codes of a float32 operand. */
  const relu: LowerOp = (each, context) => ({ ...keep(each, context), operands: new Map([[each.inputs[0]!, 'f32']]) })
  const graph = smallGraph({
    stage: 'float',
    values: { x: four, s: four, a: four, b: four },
    nodes: [node('Relu', ['x'], ['a']), node('Softmax', ['x'], ['s']), node('Relu', ['s'], ['b'])],
    outputs: ['a', 'b'],
  })
  const table = new Map(['x', 's', 'a', 'b'].map((name) => [name, row(2, -1)]))
  const chip = { ...toyChip, lower: { ...toyChip.lower, Relu: relu } }
  const { nodes, values } = resolve(graph, table, new Map(), chip, { mode: 'INT8' }).graph
  // On codes the chip calls the result of a Softmax otherwise.
  expect(nodes.find(({ op }) => op === 'Softmax')!.outputs).toEqual(['s_inner'])
  const operands = nodes.filter(({ op }) => op === 'Relu').map(({ inputs }) => values.get(inputs[0]!)!.type.dtype)
  expect(operands).toEqual(['f32', 'f32'])
})
