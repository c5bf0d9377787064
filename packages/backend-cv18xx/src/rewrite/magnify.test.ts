import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from '../cv18xx.ts'

const range = { threshold: 2, min: -2, max: 2 }
const graph = parseGraph(
  'x: f32[1,2,6,6]; a = Relu(x); y = Resize(a) {mode = "linear", scale_h = 2, scale_w = 2, sizes = [12,12]}; z = Relu(y)',
)
const table = new Map(['x', 'a', 'y', 'z'].map((name) => [name, range]))

/* As TPU-MLIR 1.30.2 reads a quantize table: by the names of layers, after it has made them. */
describe('the border in front of what is magnified', () => {
  it('has the mode of the network where the table lists the resampling', () => {
    const { graph: made } = resolve(graph, table, new Map([['y', 'BF16']]), cv18xx(), { mode: 'INT8' })
    expect(['a_pad_edge', 'y'].map((name) => made.values.get(name)!.type.dtype)).toEqual(['i8', 'bf16'])
  })

  it('and its own where the table lists the border', () => {
    const { graph: made } = resolve(graph, table, new Map([['a_pad_edge', 'BF16']]), cv18xx(), { mode: 'INT8' })
    expect(['a_pad_edge', 'y'].map((name) => made.values.get(name)!.type.dtype)).toEqual(['bf16', 'i8'])
  })
})
