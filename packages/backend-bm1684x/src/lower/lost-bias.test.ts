import { parseGraph, resolve } from '@q/ir'
import { expect, it } from 'vitest'
import { bm1684x } from '../bm1684x.ts'

const row = (threshold: number) => ({ threshold, min: -threshold, max: threshold })

const lowered = (node: string, bias: string) =>
  resolve(
    parseGraph(`x: f32[1,2,4,4]; w: f32[2,2,1,1] = [1e-9, -1e-9, 2e-9, 1e-9]; m: f32[4,2] = 1e-9; b: f32[2] = ${bias}; y = ${node}`),
    new Map([
      ['x', row(1)],
      ['y', row(1000)],
    ]),
    new Map(),
    bm1684x(),
    { mode: 'INT8' },
  )

const window = '{strides = [1, 1], pads = [0, 0, 0, 0]}'
const nodes = [`Conv(x, w, b) ${window}`, `ConvTranspose(x, w, b) ${window}`, 'MatMul(x, m, b)']

// What TPU-MLIR 1.30.2 writes for biases of 1000 and -1000 over weights of 1e-9.
it.each(nodes)('a bias beyond 32 bits is the least integer on either side, and the layer is named: %s', (node) => {
  const { graph, diagnostics } = lowered(node, '[1000, -1000]')
  expect(graph.values.get('y_bias_int32')!.constant!.data).toEqual(Int32Array.of(-(2 ** 31), -(2 ** 31)))
  expect(diagnostics).toContainEqual(expect.objectContaining({ code: 'BIAS_LOST', at: ['y'] }))
  expect(diagnostics.find(({ code }) => code === 'BIAS_LOST')!.message).toContain('channels 0, 1')
})

it.each(nodes)('a bias that fits brings no warning: %s', (node) => {
  expect(lowered(node, '[1e-5, 0]').diagnostics.map(({ code }) => code)).not.toContain('BIAS_LOST')
})
