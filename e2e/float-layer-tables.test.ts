import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseQuantPlan } from '@q/ir'
import { beforeEach, describe, expect, it } from 'vitest'
import { inEmptyFolder, mustRun, q } from './run-command.ts'
import { chip, rowsOf, withDetector } from './small-detector.ts'

inEmptyFolder()
withDetector()

describe('the commands with a Top file', () => {
  beforeEach(async () => {
    await mustRun('model_transform', '--model_name', 'net', '--model_def', 'net.onnx', '--mlir', 'net.mlir')
  })
  const calibrate = (...more: readonly string[]) =>
    mustRun('run_calibration', 'net.mlir', '--dataset', 'samples', '--input_num', '4', '--tune_num', '0', ...chip, ...more)

  it('run_calibration writes the table beside the calibration table', async () => {
    mkdirSync('out')
    const { out } = await calibrate('-o', 'out/table')
    expect(out).toMatch(/^pattern yolo: found 1 time, 5 of 11 layers/m)
    expect(rowsOf('out/shape_pattern_qtable')).toHaveLength(5)
    await calibrate('-o', 'out/table', '--quantize_table', 'mine', '--vendor-exact')
    const text = readFileSync('out/mine', 'utf8')
    expect(text).toContain(
      "['top.MaxPool', 'top.MaxPool', 'top.MaxPool', 'top.Concat'] (Name: yolo_block) is a subset of the main list. Count: 1",
    )
    expect(text).toContain('# number of pattern layers: 5')
  })
  it('run_calibration writes the table that was asked for also when it is empty', async () => {
    const { out } = await calibrate('-o', 'table', '--no-patterns')
    expect(out).toMatch(/^no pattern was looked for, no layer stays in float$/m)
    expect(existsSync('shape_pattern_qtable')).toBe(false)
    await calibrate('-o', 'table', '--no-patterns', '--quantize_table', 'mine')
    expect(rowsOf('mine')).toEqual([])
  })
  it('run_calibration takes the table of --pre_qtable in place of patterns, and leaves the other one alone', async () => {
    await calibrate('-o', 'table')
    const before = readFileSync('shape_pattern_qtable', 'utf8')
    writeFileSync('pre', 'near_MaxPool F16\n')
    const { out, err } = await calibrate('-o', 'table', '--pre_qtable', 'pre', '--vendor-exact')
    expect(out).toMatch(/^--pre_qtable: 1 row of pre, .*no pattern was looked for$/m)
    expect(out).not.toContain('pattern yolo')
    expect(err).toContain('--vendor-exact: without effect, --pre_qtable says which layers stay in float')
    expect(readFileSync('shape_pattern_qtable', 'utf8')).toBe(before)
    await calibrate('-o', 'table', '--pre_qtable', 'pre', '--quantize_table', 'mine')
    expect(rowsOf('mine')).toEqual(['near_MaxPool F16'])
    const missing = await q('run_calibration', 'net.mlir', '--dataset', 'samples', '-o', 'table', '--pre_qtable', 'nofile')
    expect([missing.code, missing.err]).toEqual([3, expect.stringMatching(/^FILE_MISSING: .*nofile/)])
  })
  it('run_calibration leaves no table of an earlier run to be taken for its own', async () => {
    await calibrate('-o', 'table')
    expect(rowsOf('shape_pattern_qtable')).toHaveLength(5)
    const { out } = await calibrate('-o', 'table', '--no-patterns')
    expect(out).toMatch(/^shape_pattern_qtable: no layer stays in float, an empty table takes the place of an earlier run's$/m)
    expect(rowsOf('shape_pattern_qtable')).toEqual([])
    expect(rowsOf('shape_pattern_qtable.1')).toHaveLength(5)
  })
  it('run_calibration keeps the table of another network, and model_deploy says that one of its own is there', async () => {
    await calibrate('-o', 'table')
    const first = readFileSync('shape_pattern_qtable', 'utf8')
    const deployed = () =>
      q('model_deploy', '--mlir', 'net.mlir', ...chip, '--quantize', 'INT8', '--calibration_table', 'table', '--model', 'net.bmodel')
    const unused = 'note: shape_pattern_qtable keeps layers of this network in float and is not used'
    expect((await deployed()).err).toContain(unused)
    await mustRun(
      'model_transform',
      '--model_name',
      'cut',
      '--model_def',
      'net.onnx',
      '--mlir',
      'cut.mlir',
      '--output_names',
      'boxes,scores',
    )
    const cut = ['run_calibration', 'cut.mlir', '--dataset', 'samples', '--input_num', '4', '--tune_num', '0', ...chip, '-o', 'other']
    const { err } = await mustRun(...cut, '--part_quantize', 'N_mode')
    expect(err).toMatch(/^note: the table that was shape_pattern_qtable, of another network, is kept as shape_pattern_qtable\.1$/m)
    expect(readFileSync('shape_pattern_qtable.1', 'utf8')).toBe(first)
    expect(rowsOf('shape_pattern_qtable').length).toBeGreaterThan(0)
    expect((await deployed()).err).not.toContain(unused)
    const { err: again } = await mustRun(...cut, '--part_quantize', 'N_mode')
    expect(again).not.toContain('is kept as')
  })
  it.each([
    [['N_mode'], ['x', 'all_Concat', 'features_LeakyRelu', 'head_Conv', 'flat_Reshape', 'boxes_Mul', 'scores_Sigmoid', 'found_Concat']],
    [['custom_mode', '--custom_operator', 'top.Conv,MulConst,Concat'], undefined],
  ])('run_calibration --part_quantize %s', async (words, wanted) => {
    await calibrate('-o', 'table', '--part_quantize', ...words, ...(wanted === undefined ? ['--no-patterns'] : []))
    const layers = rowsOf('shape_pattern_qtable').map((row) => row.split(' ')[0]!)
    if (wanted !== undefined) expect(layers.toSorted()).toEqual(wanted.toSorted())
    else expect(layers.some((layer) => /Conv|Mul|Concat/.test(layer))).toBe(false)
    expect(readFileSync('shape_pattern_qtable', 'utf8')).toContain(`# # part_quant_mode: ${words[0]}`)
  })
  it('a search never tries those layers, unless a table takes their place', async () => {
    const search = [
      '--search',
      'search_qtable',
      '--quantize_table',
      'qtable',
      '--quantize_method_list',
      'MSE',
      '--expected_cos',
      '0.9999',
      '--inference_num',
      '2',
    ]
    await calibrate('-o', 'table', ...search)
    const kept = ['head_Conv', 'flat_Reshape', 'scores_Sigmoid', 'boxes_Mul', 'found_Concat']
    const plan = parseQuantPlan(readFileSync('qtable', 'utf8'), 'qtable', ['F16'])
    for (const layer of kept) expect(plan.entries.get(layer)?.mode).toBe('F16')
    const text = readFileSync('qtable', 'utf8')
    expect(text).toContain('# q: pattern yolo: found 1 time, 5 of 11 layers stay in F16')
    expect(text).toContain('# number of pattern layers: 5')
    expect(text.slice(text.indexOf('# pattern layers'), text.indexOf('# shape layers')).split('\n').slice(1, -1).sort()).toEqual(
      kept.map((layer) => `${layer} F16`).sort(),
    )
    for (const layer of kept) expect(readFileSync('Search_Qtable', 'utf8')).not.toContain(`start to handle layer: ${layer},`)
    writeFileSync('pre', 'near_MaxPool F16\n')
    const { out } = await calibrate('-o', 'table', ...search, '--pre_qtable', 'pre', '--expected_cos', '0.1')
    expect(out).not.toContain('pattern yolo')
  })
  it('q graph shows and draws the layers, those in float marked', async () => {
    const { out } = await mustRun('graph', 'net.mlir')
    expect(out).toMatch(/^ +layer +operator +shape +mode +consumers$/m)
    expect(out).toMatch(/^\* +boxes_Mul +MulConst +1x4x64 +F16 +found_Concat$/m)
    expect(out).toMatch(/^ +near_MaxPool +MaxPool +1x4x8x8 +far_MaxPool, all_Concat$/m)
    expect(out).toMatch(/^5 of 11 layers in float$/m)
    await calibrate('-o', 'table', '--no-patterns')
    const tables = ['--calibration_table', 'table', '--quantize_table', 'far_MaxPool:F16']
    const shown = await mustRun('graph', 'net.mlir', ...tables, '--svg', 'net.svg', '--dot', 'net.dot')
    expect(shown.out).toMatch(/^net.dot, net.svg: 1 of 11 layers in float$/m)
    expect((await mustRun('graph', 'net.mlir', ...tables)).out).toMatch(
      /^\* +far_MaxPool +MaxPool +1x4x8x8 +F16 +[\d.]+ -?[\d.]+ [\d.]+ +farthest_MaxPool, all_Concat$/m,
    )
    expect(readFileSync('net.dot', 'utf8')).toMatch(/"far_MaxPool" \[label="far_MaxPool\\nMaxPool\\n1x4x8x8 F16", style=filled/)
    const svg = readFileSync('net.svg', 'utf8')
    expect(svg.match(/<rect /g)).toHaveLength(12)
    expect(svg.match(/class="float"/g)).toHaveLength(1)
    expect(svg.match(/<polyline /g)).toHaveLength(15)
  })
})
