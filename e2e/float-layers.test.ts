import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { graph, parseQuantPlan } from '@q/ir'
import { encodeNpy } from '@q/npz'
import { exportOnnx } from '@q/onnx'
import { beforeEach, describe, expect, it } from 'vitest'
import { inEmptyFolder, mustRun, q } from './run-command.ts'

inEmptyFolder()

const conv = '{strides = [1, 1], pads = [0, 0, 0, 0]}'
const pool = '{kernel_shape = [3, 3], strides = [1, 1], pads = [1, 1, 1, 1]}'
/** A detector in small: three poolings, a head, and a tail that moves and scales what the head says. */
const detector = graph`
  x: f32[1,4,8,8]
  filter: f32[4,4,1,1] = ${Array.from({ length: 16 }, (_, i) => Math.sin(3 * i + 1))}
  large: f32[1] = 30
  near = MaxPool(x) ${pool}
  far = MaxPool(near) ${pool}
  farthest = MaxPool(far) ${pool}
  all = Concat(x, near, far, farthest) {axis = 1}
  wide: f32[4,16,1,1] = ${Array.from({ length: 64 }, (_, i) => Math.cos(2 * i) / 4)}
  mixed = Conv(all, wide) ${conv}
  features = LeakyRelu(mixed) {alpha = 0.1}
  head = Conv(features, filter) ${conv}
  flat = Reshape(head) {shape = [1, 4, 64]}
  scores = Sigmoid(flat)
  boxes = Mul(flat, large)
  found = Concat(scores, boxes) {axis = 1}
  return found
`

const chip = ['--chip', 'bm1684x']
const samples = ['--data', 'samples', '--input_num', '4', '--tune_num', '0']
const rowsOf = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
const quantize = (...more: readonly string[]) => q('quantize', 'net.onnx', ...samples, ...chip, '--tolerance', '0,-100', ...more)

beforeEach(() => {
  writeFileSync('net.onnx', exportOnnx(detector, { outputNames: detector.outputs }))
  mkdirSync('samples')
  for (let i = 0; i < 4; i++) {
    const data = Float32Array.from({ length: 256 }, (_, at) => Math.sin(at * (i + 1) + i))
    writeFileSync(`samples/${i}.npy`, encodeNpy({ dtype: 'f32', shape: [1, 4, 8, 8], data }))
  }
})

describe('q quantize', () => {
  it('finds the family by itself, says so in one line, and ships its layers in float', async () => {
    const { out, code, err } = await quantize()
    expect(code, err).toBe(0)
    expect(out).toMatch(/^pattern yolo: found 1 time, 5 of 11 layers stay in F16$/m)
    expect(out).toMatch(/^files: .*\bnet_shape_pattern_qtable\b/m)
    expect(rowsOf('net_shape_pattern_qtable').map((row) => row.split(' ')[1])).toEqual(['F16', 'F16', 'F16', 'F16', 'F16'])
    const decibels = (text: string) => Number(/SQNR (-?[\d.]+) dB/.exec(text)![1])
    const without = await quantize('--no-patterns')
    expect(without.out).toMatch(/^no pattern was looked for, no layer stays in float$/m)
    expect(decibels(out)).toBeGreaterThan(decibels(without.out) + 3)
  })
  it('gives the table of the user the last word', async () => {
    const { out } = await quantize('--quantize_table', 'found_Concat:INT8')
    expect(out).toMatch(/5 of 11 layers stay in F16/)
    const model = await mustRun(
      'print',
      'net.mlir',
      ...chip,
      '--quantize',
      'INT8',
      '--calibration_table',
      'net_cali_table',
      '--quantize_table',
      'net_shape_pattern_qtable',
    )
    expect(model.out).toMatch(/^found_Concat: f(16|32).* = Concat/m)
  })
  it('keeps nothing in float for a float mode', async () => {
    const { out } = await quantize('--quantize', 'F16')
    expect(out).not.toContain('pattern')
    expect(existsSync('net_shape_pattern_qtable')).toBe(false)
  })
  it('takes families of a file first, and those of the manual', async () => {
    const block = { wide: 'Sigmoid', joined: 'Concat(wide)' }
    writeFileSync('mine.json', JSON.stringify({ name: 'mine', knownBy: [{ block }], keep: [{ where: block, keep: ['wide'] }] }))
    writeFileSync(
      'mine.mjs',
      `const block = ${JSON.stringify(block)}\nexport default [{ name: 'mine', knownBy: [{ block }], keep: [{ where: block, keep: ['joined'] }] }]\n`,
    )
    expect((await quantize('--patterns', 'mine.json')).out).toMatch(/^pattern mine: found 1 time, 1 of 11 layers stay in F16$/m)
    expect(rowsOf('net_shape_pattern_qtable')).toEqual(['scores_Sigmoid F16'])
    await quantize('--patterns', './mine.mjs')
    expect(rowsOf('net_shape_pattern_qtable')).toEqual(['found_Concat F16'])
    expect((await quantize('--pattern-rules', 'manual')).out).toMatch(/^no pattern of TPU-MLIR's manual found, no layer stays in float$/m)
  })
  it.each([
    ['another way of looking', ['--no-patterns']],
    ['a family that is not there', ['--pattern-rules', 'manual']],
    ['a float mode', ['--quantize', 'F16']],
  ])('leaves no table of an earlier run to be taken for its own: %s', async (_, args) => {
    const lowered = /\S+_tpu\.mlir/.exec((await quantize(...args)).out)![0]
    expect(existsSync('net_shape_pattern_qtable')).toBe(false)
    const alone = readFileSync(lowered, 'utf8')
    await quantize()
    expect(rowsOf('net_shape_pattern_qtable')).toHaveLength(5)
    const { out, err } = await quantize(...args)
    expect(out).toMatch(/^net_shape_pattern_qtable: no layer stays in float, an empty table takes the place of an earlier run's$/m)
    expect(err).toMatch(/^note: net_shape_pattern_qtable replaced$/m)
    expect(out).toMatch(/^files: .*\bnet_shape_pattern_qtable\b/m)
    expect(rowsOf('net_shape_pattern_qtable')).toEqual([])
    expect(readFileSync(lowered, 'utf8')).toBe(alone)
  })
  it('leaves the table alone that it was given, though it would write none under its name', async () => {
    await quantize()
    const text = readFileSync('net_shape_pattern_qtable', 'utf8')
    const { code, err, out } = await quantize('--no-patterns', '--quantize_table', 'net_shape_pattern_qtable')
    expect(code, err).toBe(0)
    expect(out).not.toContain('empty table')
    expect(readFileSync('net_shape_pattern_qtable', 'utf8')).toBe(text)
  })
  it('says in which types layers stay, and lets the type of the user hold for all', async () => {
    const block = { wide: 'Sigmoid', joined: 'Concat(wide)' }
    const keep = [
      { where: block, keep: ['wide'], widest: true },
      { where: block, keep: ['joined'] },
    ]
    writeFileSync('mine.json', JSON.stringify({ name: 'mine', knownBy: [{ block }], keep }))
    expect((await quantize('--patterns', 'mine.json')).out).toMatch(/2 of 11 layers stay in float: 1 in F16, 1 in F32$/m)
    expect(rowsOf('net_shape_pattern_qtable').toSorted()).toEqual(['found_Concat F16', 'scores_Sigmoid F32'])
    expect((await quantize('--patterns', 'mine.json', '--fp_type', 'F16')).out).toMatch(/2 of 11 layers stay in F16$/m)
    expect(rowsOf('net_shape_pattern_qtable').toSorted()).toEqual(['found_Concat F16', 'scores_Sigmoid F16'])
    expect((await quantize('--quantize', 'F16', '--patterns', 'mine.json', '--part_quantize', 'N_mode')).err).toContain(
      '--patterns, --part_quantize: without effect, all layers are F16',
    )
  })
  it('takes all operators of TPU-MLIR, also those that the network does not have', async () => {
    const list = 'Relu,MaxPool,Conv,MatMul,PRelu,AvgPool,Add,Sigmoid,Deconv'
    const { code, err } = await q('graph', 'net.onnx', '--part_quantize', 'custom_mode', '--custom_operator', list)
    expect(code, err).toBe(0)
  })
  it.each([
    ['a file that is none', ['--patterns', 'nosuch.json'], 'FILE_MISSING', 3],
    ['what is no JSON', ['--patterns', 'bad.json'], 'PATTERN_INVALID', 2],
    ['a module that does not run', ['--patterns', './bad.mjs'], 'PATTERN_MODULE', 2],
    ['an operator that is none', ['--part_quantize', 'custom_mode', '--custom_operator', 'Konv'], 'OPERATOR_UNKNOWN', 2],
    ['custom_mode without operators', ['--part_quantize', 'custom_mode'], 'OPTION_REQUIRED', 2],
    ['operators without custom_mode', ['--custom_operator', 'Conv'], 'OPTION_WITHOUT_EFFECT', 2],
    ['a file of families beside TPU-MLIR’s own answer', ['--patterns', 'bad.json', '--vendor-exact'], 'OPTION_WITHOUT_EFFECT', 2],
    ['a file of families beside those of the manual', ['--patterns', 'bad.json', '--pattern-rules', 'manual'], 'OPTION_WITHOUT_EFFECT', 2],
    ['no families and TPU-MLIR’s', ['--no-patterns', '--vendor-exact'], 'OPTION_WITHOUT_EFFECT', 2],
    ['no families and a file of them', ['--patterns', 'bad.json', '--no-patterns'], 'OPTION_WITHOUT_EFFECT', 2],
    ['a file of families and none of them', ['--no-patterns', '--patterns', 'bad.json'], 'OPTION_WITHOUT_EFFECT', 2],
    ['a member that is there twice', ['--patterns', 'twice.json'], 'PATTERN_INVALID', 2],
    ['a name that would write rows of a table', ['--patterns', 'rows.json'], 'PATTERN_INVALID', 2],
    ['families in a file of another kind', ['--patterns', 'bad'], 'PATTERN_INVALID', 2],
  ])('refuses %s', async (_, args, code, exit) => {
    writeFileSync('bad.json', '{')
    writeFileSync('bad', '{')
    const family = { name: 'rows\nhead_Conv F32', knownBy: [{ block: { a: 'Conv' } }], keep: [] }
    writeFileSync('rows.json', JSON.stringify(family))
    writeFileSync('twice.json', '{"name": "a", "name": "b", "knownBy": [{"block": {"a": "Conv"}}], "keep": []}')
    writeFileSync('bad.mjs', 'throw new Error("no")')
    const finished = await quantize(...args)
    expect(finished.err).toContain(code)
    expect(finished.code).toBe(exit)
  })
})

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
    expect(out).toMatch(/^12 layers, 5 in float$/m)
    await calibrate('-o', 'table', '--no-patterns')
    const tables = ['--calibration_table', 'table', '--quantize_table', 'far_MaxPool:F16']
    const shown = await mustRun('graph', 'net.mlir', ...tables, '--svg', 'net.svg', '--dot', 'net.dot')
    expect(shown.out).toMatch(/^net.dot, net.svg: 12 layers, 1 in float$/m)
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
