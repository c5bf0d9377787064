import { parseGraph, type QuantMode, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from '../cv18xx.ts'

const window = 'kernel_shape = [2,3,1], strides = [1,2,3], pads = [0,1,0,1,0,0]'
const lowered = (op: string, mode: QuantMode) => {
  const table = new Map(['x', 'y'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
  return resolve(parseGraph(`x: f32[2,3,4,5,6]; y = ${op}(x) {${window}, relu = true}`), table, new Map(), cv18xx(), { mode }).graph
}

describe('a pool over three axes', () => {
  it.each([
    ['MaxPool', 'INT8', 'i8'],
    ['MaxPool', 'BF16', 'bf16'],
    ['AveragePool', 'INT8', 'bf16'],
    ['AveragePool', 'BF16', 'bf16'],
  ] as const)('is one over planes and one over depths, named as in TPU-MLIR 1.30.2: %s in %s', (op, mode, dtype) => {
    const { nodes, values } = lowered(op, mode)
    const made = nodes.slice(nodes.findIndex(({ outputs }) => outputs[0] === 'y_reshape'))
    const seen = made.slice(0, 7).map((node) => [node.op, node.outputs[0], values.get(node.outputs[0]!)!.type.shape.join()])
    expect(seen).toEqual([
      ['Reshape', 'y_reshape', '6,4,5,6'],
      [op, 'y_0', '6,4,2,2'],
      ['Transpose', 'y_trans1', '6,2,2,4'],
      [op, 'y_1', '6,2,2,4'],
      ['Transpose', 'y_2', '6,4,2,2'],
      ['Reshape', 'y_pool', '2,3,4,2,2'],
      ['Relu', 'y', '2,3,4,2,2'],
    ])
    expect(made[1]!.attrs).toMatchObject({ kernel_shape: [3, 1], strides: [2, 3], pads: [1, 0, 0, 0] })
    expect(made[3]!.attrs).toMatchObject({ kernel_shape: [1, 2], strides: [1, 1], pads: [0, 0, 0, 1] })
    expect(values.get('y_1')!.type.dtype).toBe(dtype)
  })
})
