import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from '../cv18xx.ts'

const lowered = (operands: string) => {
  const graph = parseGraph(`x: f32[1,2,4]; w: f32[4] = [1, 2, 3, 4]; b: f32[4] = [0, 1, 0, 1]; y = LayerNormalization(x${operands})`)
  return resolve(graph, new Map(), new Map(), cv18xx(), { mode: 'BF16' }).graph
}

describe('LayerNormalization', () => {
  it.each([
    ['', undefined, undefined],
    [', w', 'w_bf16', undefined],
    [', w, b', 'w_bf16', 'b_bf16'],
  ])('has its weights and two tables, named as in TPU-MLIR 1.30.2: x%s', (operands, scale, bias) => {
    const { nodes, values } = lowered(operands)
    const node = nodes.find(({ op }) => op === 'LutLayerNormalization')!
    expect(node.inputs.slice(1)).toEqual([scale, bias, 'y_table_bf16', 'y_mantissa_table_bf16'])
    const table = values.get('y_table_bf16')!.constant!
    // 0, 2^-62, 2^0, 2^64: the reciprocal roots of the ends and of 1
    expect([0, 1, 63, 127].map((i) => table.data[i])).toEqual([0x7f7f, 0x4f00, 0x3f80, 0x2f80])
  })
})
