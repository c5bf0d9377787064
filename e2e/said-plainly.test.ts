import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

it('names of --excepts that no tensor has are told, and that nothing is left to compare', async () => {
  const first = await q(...transform, '--test_input', 'data/0.npz', '--test_result', 'top.npz', '--excepts', 'y_Rleu,*')
  expect([first.code, first.err]).toEqual([0, expect.stringMatching(/no tensor is called y_Rleu \(did you mean y_Relu.*\), \*/)])
  const deploy = ['model_deploy', '--mlir', 'm.mlir', '--chip', 'bm1684x', '--quantize', 'F16', '--model', 'm.bmodel'] as const
  const { code, err } = await q(...deploy, '--test_input', 'data/0.npz', '--test_reference', 'top.npz', '--excepts', 'y_Relu,y_Relu_f32')
  expect([code, err]).toEqual([3, expect.stringContaining('COMPARE_NOTHING: all that could be compared is left out')])
})

it('a quantization table that names an input is told to be without effect there', async () => {
  await q(...transform)
  await q('run_calibration', 'm.mlir', '--dataset', 'data', '-o', 't')
  const deploy = ['model_deploy', '--mlir', 'm.mlir', '--chip', 'bm1684x', '--quantize', 'INT8', '--model', 'm.bmodel'] as const
  const { code, err } = await q(...deploy, '--calibration_table', 't', '--quantize_table', 'x:F16')
  expect([code, err]).toEqual([0, expect.stringContaining('QUANT_PLAN_INPUT: a row without effect: x is an input')])
})

it('a row of which no scale can be made is told with table and line', async () => {
  await q(...transform)
  await q('run_calibration', 'm.mlir', '--dataset', 'data', '-o', 't')
  writeFileSync('t', readFileSync('t', 'utf8').replace(/^y_Relu .*$/m, 'y_Relu -1 -1 1'))
  const { err } = await q(
    'model_deploy',
    '--mlir',
    'm.mlir',
    '--chip',
    'bm1684x',
    '--quantize',
    'INT8',
    '--calibration_table',
    't',
    '--model',
    'm.bmodel',
  )
  expect(err).toMatch(
    /RANGE_INVALID: no scale can be made of the row of y_Relu: its threshold is below zero\n {2}at: {5}t > line \d+ > y_Relu\n {2}found: {2}y_Relu -1 -1 1/,
  )
})
