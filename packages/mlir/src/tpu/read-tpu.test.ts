import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { readTpu, writeTpu } from '../index.ts'

it('reads no list that is neither one for all nor one for each channel', () => {
  const graph = parseGraph(
    'x: i8[1,2,3,3]{scale 0.5, zero 0}; w: i8[2,2,1,1] = [1, -2, 3, 4]; y: i8[1,2,3,3]{scale 0.5, zero 0} = QConv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], multipliers = [5, 6], shifts = [7, 8]}',
  )
  const { text, weights } = writeTpu({ ...graph, outputs: ['y'], properties: { stage: 'quantized', chip: 'a-chip', mode: 'INT8' } })
  const damaged = text.replace('rshift = [7, 8]', 'rshift = [7, 8, 8]')
  expect(() => readTpu(damaged, weights, { file: 'net_tpu.mlir' })).toThrow(
    expect.objectContaining({ code: 'QUANT_LISTS', at: ['net_tpu.mlir', 'y'], found: '3 of them', wanted: 'one, or 2' }),
  )
})
