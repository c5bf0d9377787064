import { parseGraph, type QuantMode, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { printedCodec } from '../../test/printed-codec.ts'
import { cv18xx } from '../cv18xx.ts'

const chip = cv18xx({ chip: 'cv181x', codec: printedCodec })
const table = new Map(['x', 'y_Relu'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
const window = 'kernel_shape = [2, 2], strides = [2, 2], pads = [0, 0, 0, 0]'

const lowered = (op: string, limit: number, mode: QuantMode) =>
  resolve(
    { ...parseGraph(`x: f32[1,2,4,4]; y_Relu = ${op}(x) {${window}, relu = true, reluLimit = ${limit}}`), name: 'n' },
    table,
    new Map(),
    chip,
    { mode },
  )

describe.each([
  ['MaxPool', 'MaxPool'],
  ['AveragePool', 'QAveragePool'],
])('the ReLU that a %s ends in', (op, onCodes) => {
  it.each([
    ['INT8', -1, onCodes],
    ['BF16', -1, op],
    ['INT8', 2, op],
  ] as const)('stands behind it: %s, limit %d', (mode, limit, made) => {
    const { nodes } = lowered(op, limit, mode).graph
    const pool = nodes.find((node) => node.outputs[0] === 'y__pool')
    expect(pool).toMatchObject({ op: made })
    expect(pool!.attrs['relu'] ?? false).toBe(false)
    const relu = nodes.find((node) => node.outputs[0] === 'y_Relu')
    expect(relu).toMatchObject({ op: 'Relu', inputs: ['y__pool'] })
    expect(relu!.attrs['bf16']).toBe(made === 'QAveragePool' || (mode === 'INT8' && limit < 0) ? undefined : 'saturate')
  })
})
