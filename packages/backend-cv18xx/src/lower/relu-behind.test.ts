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
    ['BF16', 2, op],
  ] as const)('stands behind it, one with a limit between two ends: %s, limit %d', (mode, limit, made) => {
    const { nodes } = lowered(op, limit, mode).graph
    const pool = nodes.find((node) => node.outputs[0] === 'y__pool')
    expect(pool).toMatchObject({ op: made })
    expect(pool!.attrs['relu'] ?? false).toBe(false)
    const relu = nodes.find((node) => node.outputs[0] === 'y_Relu')
    expect(relu).toMatchObject({ inputs: ['y__pool'], ...(limit > 0 ? { op: 'Clip', attrs: { min: 0, max: limit } } : { op: 'Relu' }) })
    expect(relu!.attrs['bf16']).toBe(made === 'QAveragePool' || (mode === 'INT8' && limit < 0) ? undefined : 'saturate')
  })
})

/* The chip's simulator of TPU-MLIR 1.30.2 leaves the limit of a ReLU of bfloat16 numbers out; its lowering makes a Clip of it. */
it.each(['INT8', 'BF16'] as const)('a ReLU with a limit is between two ends, in floats: %s', (mode) => {
  const graph = { ...parseGraph('x: f32[1,2,4,4]; y_Relu = Relu(x) {reluLimit = 2}'), name: 'n' }
  const { nodes } = resolve(graph, table, new Map(), chip, { mode }).graph
  expect(nodes.find((node) => node.outputs[0] === 'y_Relu')).toMatchObject({ op: 'Clip', attrs: { min: 0, max: 2, bf16: 'saturate' } })
})

/* The chip's simulator of TPU-MLIR 1.30.2 leaves the ReLU out where its compiler groups the product with the table of a Sigmoid. */
it('the ReLU of a product of bfloat16 numbers stands behind it, that of codes in it', () => {
  const product = { ...parseGraph('x: f32[1,2,4,4]; s = Sigmoid(x); y_Relu = Mul(x, s) {relu = true}'), name: 'n' }
  const ranges = new Map([...table, ['s', { threshold: 1, min: 0, max: 1 }]])
  const nodesIn = (mode: QuantMode) => resolve(product, ranges, new Map(), chip, { mode }).graph.nodes
  expect(nodesIn('BF16').find((node) => node.outputs[0] === 'y__plain')).toMatchObject({ op: 'Mul', attrs: { relu: false } })
  expect(nodesIn('BF16').find((node) => node.outputs[0] === 'y_Relu')).toMatchObject({ op: 'Relu', inputs: ['y__plain'] })
  expect(nodesIn('INT8').find((node) => node.outputs[0] === 'y_Relu')).toMatchObject({ op: 'QMul', attrs: { relu: true } })
})
