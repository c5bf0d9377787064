import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inEmptyFolder, mustRun, q } from './run-command.ts'
import { chip, rowsOf, samples, withDetector } from './small-detector.ts'

inEmptyFolder()
withDetector()

const quantize = (...more: readonly string[]) => q('quantize', 'net.onnx', ...samples, ...chip, '--tolerance', '0,-100', ...more)

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
    expect(out).toMatch(/1 row of --quantize_table, which overrules 1 of these, 4 of 11 layers stay in F16$/m)
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
    expect(model.out).toMatch(/^found_Concat: i8.* = Concat/m)
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
  it('writes what was done where --quantize_table overrules a pattern, so that model_deploy makes the same of it', async () => {
    const inline = 'boxes_Mul:INT8,scores_Sigmoid:F32,near_MaxPool:F16'
    const { out, code, err } = await quantize('--quantize_table', inline)
    expect(code, err).toBe(0)
    expect(out).toMatch(
      /^pattern yolo: found 1 time, 3 rows of --quantize_table, which overrule 2 of these, 5 of 11 layers stay in float: 4 in F16, 1 in F32$/m,
    )
    const rows = ['boxes_Mul INT8', 'found_Concat F16', 'flat_Reshape F16', 'head_Conv F16', 'near_MaxPool F16', 'scores_Sigmoid F32']
    expect(rowsOf('net_shape_pattern_qtable').toSorted()).toEqual(rows.toSorted())
    const lowered = /\S+_tpu\.mlir/.exec(out)![0]
    const text = readFileSync(lowered, 'utf8')
    const tables = ['--calibration_table', 'net_cali_table', '--quantize_table', 'net_shape_pattern_qtable']
    await mustRun('model_deploy', '--mlir', 'net.mlir', ...chip, '--quantize', 'INT8', ...tables, '--model', 'again.bmodel')
    expect(readFileSync(lowered, 'utf8')).toBe(text)
  })
  it('counts no inputs among layers', async () => {
    const part = ['--part_quantize', 'custom_mode', '--custom_operator', 'Tanh']
    expect((await q('graph', 'net.onnx', ...part)).out).toMatch(/11 of 11 layers and 1 input stay in F16$/m)
    expect((await q('graph', 'net.onnx', ...part)).out).toMatch(/^11 of 11 layers and 1 input in float$/m)
  })
  it('says that a family has nothing that loses much', async () => {
    const block = { wide: 'Sigmoid', joined: 'Concat(wide)' }
    writeFileSync('mine.json', JSON.stringify({ name: 'mine', knownBy: [{ block }], keep: [] }))
    expect((await q('graph', 'net.onnx', '--patterns', 'mine.json')).out).toMatch(
      /^pattern mine: found 1 time, no layer stays in float: none of it loses much on codes$/m,
    )
  })
  it('proposes to look for patterns where a model misses without them', async () => {
    const { err } = await quantize('--no-patterns', '--tolerance', '0.9999999,0.999999')
    expect(err).toMatch(/^do: leave --no-patterns out \(pattern yolo: found 1 time, 5 of 11 layers stay in F16 then\); or check --mean/m)
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
