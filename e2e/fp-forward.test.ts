import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'
import { hasShared, sharedPath, sharedText, sharedTitle } from './shared.ts'

inEmptyFolder()

/** The rows of a quantization table. */
const rowsOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('q fp_forward', () => {
  it('shows the layers and why, and writes nothing', async () => {
    await prepareDigits()
    const model = (await mustRun('print', 'digits.mlir')).out
    const last = /^return (\S+)$/m.exec(model)![1]!
    const { out } = await mustRun('fp_forward', 'digits.mlir', '--chip', 'bm1684x', '--fpfwd_outputs', last, '--print', '-o', 'qtable')
    expect(out).toMatch(new RegExp(`^${last} +\\w+ +after ${last}\n1 of \\d+ layers\n$`))
    expect(existsSync('qtable')).toBe(false)
  })

  it('writes a table that model_deploy takes', async () => {
    await prepareDigits()
    const last = /^return (\S+)$/m.exec((await mustRun('print', 'digits.mlir')).out)![1]!
    await mustRun('fp_forward', 'digits.mlir', '--processor', 'bm1684x', '--fp_type', 'f32', '--fpfwd_outputs', last, '-o', 'qtable')
    expect(rowsOf(readFileSync('qtable', 'utf8'))).toEqual([`${last} F32`])
    const chip = ['--chip', 'bm1684x', '--quantize', 'INT8']
    const tables = ['--calibration_table', 'table', '--quantize_table', 'qtable']
    const { out } = await mustRun('print', 'digits.mlir', ...chip, ...tables)
    const made = new RegExp(`^${last}: f32.* = MatMul`, 'm')
    expect(made.test(out)).toBe(true)
    expect(made.test((await mustRun('print', 'digits.mlir', ...chip, ...tables.slice(0, 2))).out)).toBe(false)
  })

  it('suggests the layer that is named after an output of the file', async () => {
    await prepareDigits()
    const last = /^return (\S+)$/m.exec((await mustRun('print', 'digits.mlir')).out)![1]!
    const { err } = await q('fp_forward', 'digits.mlir', '--chip', 'bm1684x', '--fpfwd_outputs', last.replace(/_[A-Za-z]+$/, ''), '--print')
    expect(err).toMatch(new RegExp(`LAYER_UNKNOWN[^]*did you mean ${last}\\b`))
  })

  it('writes names that are none as TPU-MLIR does, where that is asked for, and says so', async () => {
    await prepareDigits()
    const args = ['--chip', 'bm1684x', '--vendor-exact', '--fpfwd_inputs', 'imaeg']
    const { err, out } = await mustRun('fp_forward', 'digits.mlir', ...args, '-o', 'qtable')
    expect(rowsOf(readFileSync('qtable', 'utf8'))).toEqual(['imaeg F16'])
    expect(err).toMatch(/^warning: the network has no layer imaeg, which the table names all the same.*did you mean image\?$/m)
    expect(out).toMatch(/^qtable: 1 of \d+ layers in F16$/m)
    expect((await mustRun('fp_forward', 'digits.mlir', ...args, '--print')).out).toMatch(/^imaeg +none +before imaeg$/m)
  })

  it.each([
    ['a layer that is none', ['--fpfwd_inputs', 'nosuch', '-o', 'qtable'], 'LAYER_UNKNOWN', 3],
    ['no file', ['--fpfwd_inputs', 'image'], 'OPTION_REQUIRED', 2],
    ['no layers', ['-o', 'qtable'], 'OPTION_REQUIRED', 2],
    ['an empty name', ['--fpfwd_inputs', '', '-o', 'qtable'], 'REGION_NAME', 2],
    ['names that are none', ['--fpfwd_inputs', ',', '-o', 'qtable'], 'REGION_NAME', 2],
    ['a block of nothing', ['--fpfwd_blocks', ':', '-o', 'qtable'], 'REGION_BLOCK', 2],
    ['a block without its end', ['--fpfwd_blocks', 'image', '-o', 'qtable'], 'REGION_BLOCK', 2],
    ['a float type that the chip does not have', ['--fpfwd_inputs', 'image', '--fp_type', 'INT8', '-o', 'qtable'], 'FLOAT_TYPE', 2],
    ['a name that would replace the model', ['--fpfwd_inputs', 'image', '-o', 'digits.mlir'], 'FILE_TAKEN', 2],
  ])('refuses %s', async (_, args, code, exit) => {
    await prepareDigits()
    const finished = await q('fp_forward', 'digits.mlir', '--chip', 'bm1684x', ...args)
    expect(finished.err).toContain(code)
    expect(finished.code).toBe(exit)
    expect(existsSync('qtable')).toBe(false)
  })
})

describe.skipIf(!hasShared)(sharedTitle('q fp_forward names the layers that TPU-MLIR 1.30.2 named'), () => {
  const heads = [0, 1, 2].map((i) => `/model.24/m.${i}/Conv_output_0_Conv`)
  it.each([
    ['fpf_inputs', ['--fpfwd_inputs', '/model.2/cv1/conv/Conv_output_0_Conv']],
    ['fpf_outputs', ['--fpfwd_outputs', heads.join()]],
    ['fpf_outputs_manual', ['--quantize', 'INT8', '--fpfwd_outputs', heads.join()]],
    [
      'fpf_blocks',
      [
        '--fp_type',
        'F32',
        '--fpfwd_blocks',
        '/model.2/cv1/conv/Conv_output_0_Conv:/model.2/Concat_output_0_Concat',
        `${heads[0]},${heads[1]}:output0_Concat`,
      ],
    ],
    ['fpf_badname', ['--vendor-exact', '--fpfwd_inputs', 'nosuchop']],
  ])('%s of yolov5n', async (name, args) => {
    const shape = ['--input_shapes', '[[1,3,640,640]]']
    await mustRun('model_transform', '--model_name', 'm', '--model_def', sharedPath('models/yolov5n.onnx'), '--mlir', 'm.mlir', ...shape)
    await mustRun('fp_forward', 'm.mlir', '--processor', 'bm1684x', ...args, '-o', 'qtable')
    const wanted = rowsOf(sharedText('reference/tpu-mlir-search/yolov5n', `${name}.qtable`))
    expect([...rowsOf(readFileSync('qtable', 'utf8'))].sort()).toEqual([...wanted].sort())
  })
})
