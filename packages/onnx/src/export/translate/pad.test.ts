import { type Graph, parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { everywhereExact } from '../kernel-forms.ts'
import { draftPart } from '../translate-part.ts'

/** How many operands the `Pad` of a translated graph has: data, sizes, number, and axes where they are named. */
function operandsOfPad(graph: Graph): number | undefined {
  const draft = draftPart(graph, { precision: 'exact', kernels: everywhereExact })
  for (const node of graph.nodes) draft.add(node)
  return draft.finish(graph.outputs).model.nodes.find(({ op }) => op === 'Pad')?.inputs.length
}

const pad = 'x: f32[1,1,2,2]; w: f32[1,1,2,2] = [1, 2, 3, 4]; a = Pad(x) {pads = [0,0,1,1,0,0,1,1]}'
const conv = 'y = Conv(a, w) {strides = [1,1], pads = [0,0,0,0]}'
const pool = 'z = MaxPool(a) {kernel_shape = [2,2], strides = [1,1], pads = [0,0,0,0]}'

it('a border names its axes, which keeps the runtime from making it the padding of what follows, except of convolutions', () => {
  expect(operandsOfPad(parseGraph(`${pad}; ${conv}`))).toBe(3)
  expect(operandsOfPad(parseGraph(`${pad}; ${pool}`))).toBe(4)
  expect(operandsOfPad(parseGraph(`${pad}; ${conv}; ${pool}; return y, z`))).toBe(4)
})
