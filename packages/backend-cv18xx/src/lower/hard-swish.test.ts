import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { cv18xx } from '../cv18xx.ts'

// The compiler of TPU-MLIR 1.30.2 for this family has no scale of bfloat16 numbers, whatever their axes.
describe.each(['HardSigmoid', 'HardSwish'])('%s in bfloat16', (op) => {
  it.each([
    ['4', '4,1,1,1'],
    ['2,4', '2,4,1,1'],
    ['1,2,4', '1,2,4'],
    ['1,2,4,4', '1,2,4,4'],
    ['1,2,2,2,2', '1,2,8,1'],
  ])('on [%s] is a convolution of planes', (shape, planes) => {
    const graph = parseGraph(`graph g {stage = "float"}; x: f32[${shape}]; y = ${op}(x)`)
    const table = new Map(['x', 'y'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
    const made = resolve(graph, table, new Map(), cv18xx(), { mode: 'BF16' }).graph
    const conv = made.nodes.find((node) => node.op === 'Conv')!
    expect(made.values.get(conv.outputs[0]!)!.type.shape.join()).toBe(planes)
    expect(made.values.get(made.outputs[0]!)!.type.shape.join()).toBe(shape)
  })
})
