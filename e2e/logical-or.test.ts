import { mkdirSync, writeFileSync } from 'node:fs'
import { parseGraph } from '@q/ir'
import { encodeNpz } from '@q/npz'
import { exportOnnx } from '@q/onnx'
import { expect, it } from 'vitest'
import { inEmptyFolder, mustRun } from './run-command.ts'

inEmptyFolder()

it.each(['INT8', 'F16'])('a logical or becomes a sum and a comparison, as the chip has it, in %s', async (mode) => {
  const text =
    'x: f32[1,2,4,4]; h: f32[1] = [0.5]; l: f32[1] = [-0.5]; a = Greater(x, h); b = Less(x, l); c = Or(a, b); n: f32[1] = [0]; y = Where(c, x, n)'
  writeFileSync('m.onnx', exportOnnx(parseGraph(text)))
  const data = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i))
  mkdirSync('data')
  writeFileSync('data/x.npz', encodeNpz([['x', { dtype: 'f32', shape: [1, 2, 4, 4], data }]]))
  const files = ['--model_def', 'm.onnx', '--mlir', 'm.mlir', '--channel_format', 'none', '--test_input', 'data/x.npz']
  const { out } = await mustRun('model_transform', '--model_name', 'm', ...files)
  expect(out).toMatch(/Add 1.*Greater 2.*Less 1|Greater 2.*Add 1.*Less 1/)
  await mustRun('run_calibration', 'm.mlir', '--dataset', 'data', '--cali_method', 'max', '-o', 't')
  const codes = mode === 'INT8' ? ['--calibration_table', 't'] : []
  await mustRun(
    'model_deploy',
    '--mlir',
    'm.mlir',
    '--chip',
    'bm1684x',
    '--quantize',
    mode,
    ...codes,
    '--model',
    'o.bmodel',
    '--test_input',
    'data/x.npz',
  )
})
