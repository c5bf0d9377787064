import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeNpz } from '@q/npz'
import { describe, expect, it } from 'vitest'
import type { Finished } from './run-command.ts'
import { digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()

const transform = ['model_transform', '--model_name', 'digits', '--mlir', 'digits.mlir', ...digits.preprocess]
const deploy = ['model_deploy', '--mlir', 'digits.mlir', '--chip', 'bm1684x', '--model', 'digits.bmodel', '--quantize', 'INT8']
const calibrate = ['run_calibration', 'digits.mlir', '-o', 'table', '--tune_num', '0']

/** One message with its parts, nothing of the program's inside, and not a file more than before. */
function refused({ code, err }: Finished, wanted: number, error: string, ...words: readonly string[]): void {
  expect(
    err.split('\n').filter((line) => /^[A-Z_]+: /.test(line)),
    err,
  ).toEqual([expect.stringMatching(new RegExp(`^${error}: `))])
  expect(code, err).toBe(wanted)
  for (const word of ['  at: ', '  do: ', ...words]) expect(err).toContain(word)
  expect(err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
  expect(readdirSync('.').filter((name) => name.startsWith('.'))).toEqual([])
}

function half(file: string): void {
  truncateSync(file, Math.floor(statSync(file).size / 2))
}

/** The classifier with the name of an operator changed in its bytes. */
function withOperator(from: string, to: string): void {
  writeFileSync('digits.onnx', Buffer.from(readFileSync(digits.model).toString('latin1').replaceAll(from, to), 'latin1'))
}

const filled = (shape: readonly number[], value: number) =>
  encodeNpz(new Map([['image', { dtype: 'f32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value) }]]))

describe('model files', () => {
  it('a missing model: the nearest name', async () => {
    copyFileSync(digits.model, 'digits.onnx')
    refused(await q(...transform, '--model_def', 'digit.onnx'), 3, 'FILE_MISSING', 'did you mean digits.onnx')
    expect(readdirSync('.')).toEqual(['digits.onnx'])
  })

  it.each([0, 0.01, 0.5, 0.999])('an ONNX file cut at %f of its length', async (part) => {
    copyFileSync(digits.model, 'digits.onnx')
    truncateSync('digits.onnx', Math.floor(statSync('digits.onnx').size * part))
    refused(await q(...transform, '--model_def', 'digits.onnx'), 3, '[A-Z_]+', 'digits.onnx')
    expect(readdirSync('.')).toEqual(['digits.onnx'])
  })

  it('an unknown operator: its name', async () => {
    withOperator('Relu', 'Rely')
    refused(await q(...transform, '--model_def', 'digits.onnx'), 3, '[A-Z_]+', 'Rely')
    expect(readdirSync('.')).toEqual(['digits.onnx'])
  })

  it('a Top file cut in half', async () => {
    await mustRun(...transform, '--model_def', digits.model)
    half('digits.mlir')
    refused(await q(...calibrate, '--dataset', digits.calibration), 3, 'MLIR_[A-Z_]+', 'digits.mlir')
  })

  it('a Top file without its weights, and with a cut weight file', async () => {
    await mustRun(...transform, '--model_def', digits.model)
    half('digits_top_f32_all_weight.npz')
    refused(await q(...calibrate, '--dataset', digits.calibration), 3, 'NPZ_[A-Z_]+', 'digits_top_f32_all_weight.npz')
    rmSync('digits_top_f32_all_weight.npz')
    refused(await q(...calibrate, '--dataset', digits.calibration), 3, 'WEIGHTS_MISSING', 'digits_top_f32_all_weight.npz', '--weights')
    expect(readdirSync('.')).toEqual(['digits.mlir'])
  })

  it('a container cut in half', async () => {
    await prepareDigits()
    await mustRun(...deploy, '--calibration_table', 'table')
    half('digits.qbmodel')
    refused(await q('model_runner', '--model', 'digits.qbmodel', '--input', digits.picture), 3, 'BMODEL_[A-Z_]+', 'digits.qbmodel')
  })

  it('a file of another kind', async () => {
    writeFileSync('model.txt', 'x')
    refused(await q('model_runner', '--model', 'model.txt', '--input', digits.picture), 3, 'MODEL_KIND', '.onnx, .mlir, .qbmodel, .bmodel')
  })
})

describe('samples', () => {
  it('a file that is no image in the middle of a folder', async () => {
    await mustRun(...transform, '--model_def', digits.model)
    mkdirSync('samples')
    for (const name of readdirSync(digits.calibration).slice(0, 4)) copyFileSync(join(digits.calibration, name), join('samples', name))
    writeFileSync('samples/0_006.png', 'this is no picture')
    refused(await q(...calibrate, '--dataset', 'samples'), 3, 'IMAGE_[A-Z_]+', '0_006.png')
    expect(readdirSync('.')).not.toContain('table')
  })

  it('an empty folder, and a folder that is not there', async () => {
    await mustRun(...transform, '--model_def', digits.model)
    mkdirSync('samples')
    refused(await q(...calibrate, '--dataset', 'samples'), 3, '[A-Z_]+', 'samples')
    refused(await q(...calibrate, '--dataset', 'simples'), 3, 'FILE_[A-Z_]+', 'simples')
  })

  it.each([
    ['NaN', Number.NaN],
    ['Inf', Number.POSITIVE_INFINITY],
  ])('%s in activations: the layer', async (_, value) => {
    await mustRun(...transform, '--model_def', digits.model)
    mkdirSync('samples')
    writeFileSync('samples/0.npz', filled([1, 3, 32, 32], 0.5))
    writeFileSync('samples/1.npz', filled([1, 3, 32, 32], value))
    refused(await q(...calibrate, '--dataset', 'samples'), 3, 'ACTIVATION_NOT_FINITE', '1.npz')
    expect(readdirSync('.')).not.toContain('table')
  })

  it('a sample of another shape, and one that is not named like the input', async () => {
    await mustRun(...transform, '--model_def', digits.model)
    writeFileSync('sample.npz', filled([1, 3, 16, 16], 1))
    refused(await q('model_runner', '--model', 'digits.mlir', '--input', 'sample.npz'), 3, '[A-Z_]+', 'sample.npz', '32')
    writeFileSync('sample.npz', encodeNpz(new Map([['imagine', { dtype: 'f32', shape: [1], data: new Float32Array(1) }]])))
    refused(await q('model_runner', '--model', 'digits.mlir', '--input', 'sample.npz'), 3, '[A-Z_]+', 'sample.npz', 'image')
    expect(readdirSync('.')).not.toContain('_output.npz')
  })

  it('shapes the model does not take', async () => {
    refused(await q(...transform, '--model_def', digits.model, '--input_shapes', '[[1,4,32,32]]'), 3, '[A-Z_]+', '4')
    refused(await q(...transform, '--model_def', digits.model, '--input_shapes', '[[1,3,32,32],[1]]'), 3, '[A-Z_]+')
    expect(readdirSync('.')).toEqual([])
  })
})

describe('tables', () => {
  it('a calibration table that lacks a layer, that names an unknown one, and none at all', async () => {
    await prepareDigits()
    const lines = readFileSync('table', 'utf8').split('\n')
    const row = lines.findIndex(
      (line, i) => i > lines.findIndex((each) => each.startsWith('image ')) && line !== '' && !line.startsWith('#'),
    )
    const name = lines[row]!.split(' ')[0]!
    writeFileSync('lacking', lines.filter((_, i) => i !== row).join('\n'))
    refused(await q(...deploy, '--calibration_table', 'lacking'), 3, 'CALIBRATION_TABLE_MISMATCH', 'lacking', name)
    writeFileSync('unknown', lines.map((line, i) => (i === row ? line.replace(name, `${name}x`) : line)).join('\n'))
    refused(await q(...deploy, '--calibration_table', 'unknown'), 3, 'CALIBRATION_TABLE_MISMATCH', 'unknown', `${name}x`, 'did you mean')
    refused(await q(...deploy), 2, 'TABLE_NEEDED', '--calibration_table')
    writeFileSync('empty', '')
    refused(await q(...deploy, '--calibration_table', 'empty'), 3, 'CALIBRATION_TABLE_[A-Z_]+', 'empty')
    expect(readdirSync('.').filter((file) => /bmodel|tpu/.test(file))).toEqual([])
  })

  it('a quantization table that names an unknown layer or mode', async () => {
    await prepareDigits()
    const layer = readFileSync('table', 'utf8').trim().split('\n').at(-1)!.split(' ')[0]!
    const args = [...deploy, '--calibration_table', 'table', '--quantize_table']
    writeFileSync('plan', `${layer}x F16\n`)
    refused(await q(...args, 'plan'), 3, 'QUANT_PLAN_UNKNOWN_NAMES', 'plan', `${layer}x`, `did you mean ${layer}`)
    writeFileSync('plan', `${layer} F17\n`)
    refused(await q(...args, 'plan'), 3, 'QUANT_MODE_UNKNOWN', 'plan', 'F16')
    refused(await q(...args, 'plane'), 3, 'FILE_MISSING', 'plane')
    expect(readdirSync('.').filter((file) => /bmodel|tpu/.test(file))).toEqual([])
  })
})

describe('comparisons', () => {
  it('one that misses its tolerance ends with 1, names the tensors and by how much, and writes no container', async () => {
    await prepareDigits()
    const { code, out, err } = await q(
      ...deploy,
      '--calibration_table',
      'table',
      '--test_input',
      digits.picture,
      '--compare_all',
      '--tolerance',
      '0.9999999,0.9999999',
    )
    expect(code).toBe(1)
    expect(out).toContain('npz compare FAILED.')
    expect(err).toMatch(/missed the tolerance: \S+ \(cosine 0\.\d{6}, euclidean 0\.\d{6}\)/)
    expect(readdirSync('.')).toContain('digits_bm1684x_int8_sym_tpu.mlir')
    expect(readdirSync('.').filter((name) => /bmodel$/.test(name))).toEqual([])
  })

  it('--excepts leaves tensors out', async () => {
    await prepareDigits()
    const args = [...deploy, '--calibration_table', 'table', '--test_input', digits.picture, '--compare_all']
    const { out } = await q(...args)
    const names = [...out.matchAll(/^\[(\S+?)\s*\] /gm)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(1)
    expect((await q(...args, '--excepts', names.slice(1).join(','))).out).toContain('\n1 compared\n')
  })

  it('nothing in common is an error', async () => {
    await prepareDigits()
    writeFileSync('other.npz', encodeNpz(new Map([['nothing', { dtype: 'f32', shape: [1], data: new Float32Array(1) }]])))
    const args = [...deploy, '--calibration_table', 'table', '--test_input', digits.picture, '--test_reference', 'other.npz']
    refused(await q(...args), 3, 'COMPARE_NOTHING', 'nothing')
  })
})
