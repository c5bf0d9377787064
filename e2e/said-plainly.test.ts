import { mkdirSync, writeFileSync } from 'node:fs'
import { parseGraph } from '@q/ir'
import { encodeNpz } from '@q/npz'
import { exportOnnx } from '@q/onnx'
import { beforeEach, expect, it } from 'vitest'
import { inEmptyFolder, q } from './run-command.ts'

inEmptyFolder()

beforeEach(() => {
  writeFileSync('m.onnx', exportOnnx(parseGraph('x: f32[1,3,2,2]; y = Relu(x)')))
  mkdirSync('data')
  const data = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i))
  writeFileSync('data/0.npz', encodeNpz([['x', { dtype: 'f32', shape: [1, 3, 2, 2], data }]]))
})

const transform = ['model_transform', '--model_name', 'm', '--model_def', 'm.onnx', '--mlir', 'm.mlir'] as const

it('a scale of zero is warned of wherever inputs are told', async () => {
  const warning =
    'warning: channels 1, 2, 3 of x (bgr) become the same of every picture: mean 0,0,0, scale 0,0,0 there; check --mean and --scale'
  const { err } = await q(...transform, '--scale', '0,0,0')
  expect(err).toContain(warning)
  expect((await q('run_calibration', 'm.mlir', '--dataset', 'data', '-o', 't')).err).toContain(warning)
  expect((await q('quantize', 'm.onnx', '--data', 'data', '--chip', 'bm1684x', '--scale', '0,0,0')).err).toContain(warning)
  expect((await q(...transform, '--scale', '1,1,1')).err).not.toContain('warning')
})

it.each([
  ['an output', ['run_calibration', 'm.mlir', '--dataset', 'data', '-o', '']],
  ['spaces', ['run_calibration', 'm.mlir', '--dataset', 'data', '-o', '  ']],
  ['a model to write', ['model_deploy', '--mlir', 'm.mlir', '--chip', 'bm1684x', '--quantize', 'F16', '--model', '']],
  ['results', ['model_runner', '--input', 'data/0.npz', '--model', 'm.onnx', '--output', '']],
  ['a table to read', ['model_deploy', '--mlir', 'm.mlir', '--chip', 'bm1684x', '--calibration_table', '', '--model', 'm.bmodel']],
])('a file without a name is told as that: %s', async (_, args) => {
  await q(...transform)
  const { code, err } = await q(...args)
  expect([code, err]).toEqual([2, expect.stringMatching(/^FILE_NAME_EMPTY: a file to (read|write) has no name$/m)])
})
