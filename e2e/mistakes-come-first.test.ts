import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { encodeNpy, encodeNpz } from '@q/npz'
import { expect, it } from 'vitest'
import { chipInFloats, digits, inEmptyFolder, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

const quantize = ['quantize', 'digits.onnx', '--name', 'net', '--input_num', '2', '--tune_num', '0', '--compare_num', '2']
const bm1684x = [...quantize, '--data', 'pictures', '--chip', 'bm1684x']
const deploy = ['model_deploy', '--mlir', 'digits.mlir', '--chip', 'bm1684x', '--quantize', 'INT8', '--calibration_table', 'table']
const deployed = [...deploy, '--model', 'net.bmodel']
const transform = ['model_transform', '--model_name', 'net', '--model_def', 'digits.onnx', '--mlir', 'net.mlir']
const calibrate = ['run_calibration', 'digits.mlir', '--input_num', '2', '--tune_num', '1', '-o', 'net_cali_table']
const search = ['search', 'digits.mlir', '--chip', 'bm1684x', '-o', 'net_qtable', '--new_calibration_table', 'net_cali_table']

/** Mistakes by what is wrong: a command with one, and the code of the error. */
const mistakes: Readonly<Record<string, readonly [code: string, args: readonly string[]]>> = {
  'zero points on a chip without them': ['MODE_UNSUPPORTED', [...quantize, '--data', 'pictures', '--chip', './nova.mjs', '--asymmetric']],
  'a layer that is not there': ['QUANT_PLAN_UNKNOWN_NAMES', [...bm1684x, '--quantize_table', 't99:BF16']],
  'a mode that is not there': ['QUANT_MODE_UNKNOWN', [...bm1684x, '--quantize_table', 'x:INT17']],
  'samples of another shape': ['SAMPLE_SHAPE', [...quantize, '--data', 'wide', '--chip', 'bm1684x']],
  'samples to compare on of another shape': ['SAMPLE_SHAPE', [...bm1684x, '--compare_data', 'wide']],
  'a search whose samples have another shape': [
    'SAMPLE_SHAPE',
    [...quantize, '--data', 'wide', '--chip', 'bm1684x', '--expected_cos', '0.9'],
  ],
  'a folder without the toolchain': ['VENDOR_MISSING', [...quantize, '--data', 'pictures', '--chip', './nova.mjs', '--vendor', 'pictures']],
  'no test input': ['FILE_MISSING', [...deployed, '--test_input', 'nope.npy']],
  'a test input of another shape': ['SAMPLE_SHAPE', [...deployed, '--test_input', 'wide/a.npy']],
  'no reference': ['FILE_MISSING', [...deployed, '--test_input', 'pictures/0.png', '--test_reference', 'nope.npz']],
  'a reference of another network': ['COMPARE_NOTHING', [...deployed, '--test_input', 'pictures/0.png', '--test_reference', 'other.npz']],
  'no test input of a transformation': ['FILE_MISSING', [...transform, '--test_input', 'nope.npz', '--test_result', 'net.npz']],
  'a test input of a transformation with another shape': ['SAMPLE_SHAPE', [...transform, '--test_input', 'wide/a.npy']],
  'no list to tune on': ['FILE_MISSING', [...calibrate, '--dataset', 'pictures', '--tune_list', 'nope']],
  'a search by a table with another mode': ['QUANT_MODE_UNKNOWN', [...search, '--data', 'pictures', '--pre_qtable', 'x:INT17']],
  'a search on other samples': ['SAMPLE_SHAPE', [...search, '--data', 'wide']],
  'no table to quantize by': [
    'FILE_MISSING',
    ['export_onnx', 'digits.mlir', '--output', 'net.onnx', '--chip', 'bm1684x', '--quantize', 'INT8', '--calibration_table', 'nope'],
  ],
}

it.each(Object.entries(mistakes))('%s: told before a file of an earlier run is replaced', async (_, [code, args]) => {
  await prepareDigits()
  cpSync(digits.model, 'digits.onnx')
  for (const folder of ['wide', 'pictures']) mkdirSync(folder)
  for (const name of ['0.png', '1.png']) cpSync(digits.picture, `pictures/${name}`)
  writeFileSync('wide/a.npy', encodeNpy({ dtype: 'f32', shape: [1, 3, 99], data: new Float32Array(297) }))
  writeFileSync('other.npz', encodeNpz(new Map([['nobody', { dtype: 'f32', shape: [1], data: new Float32Array(1) }]])))
  writeFileSync('nova.mjs', chipInFloats)
  const stems = ['net.mlir', 'net_top_f32_all_weight.npz', 'net_cali_table', 'net_qtable', 'net.one', 'net.two', 'net.npz', 'net.onnx']
  const lowered = ['net', 'digits'].flatMap((name) => [`${name}_bm1684x_int8_sym_tpu.mlir`, `${name}_bm1684x_int8_sym_tpu_weights.npz`])
  const earlier = [...stems, ...lowered, 'net.qbmodel', 'net_bm1684x_int8.qbmodel', 'net_in_f32.npz', 'digits_in_f32.npz']
  for (const name of earlier) writeFileSync(name, `${name} of an earlier run`)
  const before = readdirSync('.')

  const { code: status, err } = await q(...args)
  expect(err).toContain(code)
  expect(status).not.toBe(0)
  expect(readdirSync('.')).toEqual(before)
  for (const name of earlier) expect(readFileSync(name, 'utf8')).toBe(`${name} of an earlier run`)
})
