import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parseCalibrationTable, parseQuantPlan } from '@q/ir'
import { beforeEach, describe, expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()
beforeEach(prepareDigits)

const samples = ['--dataset', digits.calibration, '--input_num', '6', '--tune_num', '1'] as const
const search = (kind: string, ...more: readonly string[]) =>
  q(
    'run_calibration',
    'digits.mlir',
    ...samples,
    '--inference_num',
    '3',
    '--search',
    kind,
    '--quantize_table',
    'qtable',
    '-o',
    'ct',
    ...more,
  )
const text = (file: string) => readFileSync(file, 'utf8')
const logged = (file: string) => text(file).trimEnd().split('\n')

describe('run_calibration --search search_qtable', () => {
  it('writes tables, log and graph under the names of the original tool, and ends with 4 when the target is missed', async () => {
    const { code, out, err } = await search(
      'search_qtable',
      '--quantize_method_list',
      'KL,use_mse',
      '--expected_cos',
      '1',
      '--max_float_layers',
      '2',
    )
    expect(code, err).toBe(4)
    expect(err).toMatch(/^TARGET_MISSED: /m)
    const made = [
      'Search_Qtable',
      'ct',
      'ct_kl.1',
      'ct_kl_tune',
      'ct_mse.1',
      'ct_mse_tune',
      'new_cali_table.txt',
      'qtable',
      'search_qtable_result',
    ]
    expect(readdirSync('.')).toEqual(expect.arrayContaining(made))
    expect(readdirSync('.').filter((name) => name.startsWith('.'))).toEqual([])
    expect(logged('Search_Qtable').every((line) => line.startsWith('INFO:root:'))).toBe(true)
    expect(logged('Search_Qtable')[0]).toBe("INFO:root:quantize_method_list=['kl', 'mse']")
    const plan = parseQuantPlan(text('qtable'))
    expect(plan.header).toMatchObject({ chip: 'bm1684x', samples: '6' })
    expect(plan.fingerprints).toHaveLength(1)
    expect([...plan.entries.values()].every(({ mode }) => mode === 'F16')).toBe(true)
    expect(plan.entries.size).toBeGreaterThan(0)
    expect(text('ct')).toBe(text('ct_mse_tune'))
    for (const word of ['>>>run result:', 'INT8 before', 'mix after', 'target', 'of the arithmetic', 'time']) expect(out).toContain(word)
    for (const layer of plan.entries.keys()) expect(out).toContain(layer)
    expect(text('search_qtable_result')).toMatch(/^digraph "digits" \{/)
  })

  it('is the same whatever an earlier run has left there', async () => {
    process.env['SOURCE_DATE_EPOCH'] = '0'
    try {
      await search('search_qtable', '--expected_cos', '1')
      const names = ['qtable', 'ct', 'new_cali_table.txt', 'Search_Qtable', 'search_qtable_result', 'ct_mse_tune']
      const before = names.map(text)
      for (const name of ['ct', 'ct_mse_tune', 'new_cali_table.txt']) writeFileSync(name, text(name).replace(/ \d+\.\d+ /g, ' 1.0000000 '))
      const { err } = await search('search_qtable', '--expected_cos', '1')
      expect(names.map(text)).toEqual(before)
      for (const name of names) expect(err).toContain(`note: ${name} replaced`)
    } finally {
      delete process.env['SOURCE_DATE_EPOCH']
    }
  })

  it('writes an empty table where INT8 is good enough, and ends with 0', async () => {
    const { code, out } = await search('search_qtable', '--expected_cos', '0.5')
    expect(code).toBe(0)
    expect(out).toMatch(/job success, current int8 cos:/)
    expect(parseQuantPlan(text('qtable')).entries.size).toBe(0)
  })

  it('keeps the layers of --pre_qtable, and the outputs of --post_process are what is compared', async () => {
    const layer = [...parseCalibrationTable(text('table')).entries.keys()][1]!
    writeFileSync('pre', `${layer} F32\n`)
    writeFileSync(
      'post.mjs',
      'export const PostProcess = (outputs) => Object.fromEntries(Object.entries(outputs).map(([name, { dtype, data }]) => [name, { dtype, shape: [1, 2], data: data.slice(0, 2) }]))',
    )
    const { code, err } = await search('search_qtable', '--expected_cos', '1', '--pre_qtable', 'pre', '--post_process', './post.mjs')
    expect(code, err).toBe(4)
    expect(parseQuantPlan(text('qtable')).entries.get(layer)).toEqual({ mode: 'F32' })
  })

  it.each([
    ['a:0.5,b', 'global_compare_layers format error'],
    ['a:0.7,b:0.2,c:0.1', 'global_compare_layers rate error'],
  ])('refuses --global_compare_layers %s', async (layers, message) => {
    const { code, err } = await search('search_qtable', '--global_compare_layers', layers)
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(existsSync('qtable')).toBe(false)
  })

  it.each([
    ['POST_PROCESS_INVALID', 'export const other = 1'],
    ['POST_PROCESS_FAILED', 'export function PostProcess() { throw new Error("no boxes") }'],
    ['POST_PROCESS_INVALID', 'export function PostProcess() { return { a: 1 } }'],
    ['POST_PROCESS_MODULE', 'export function ('],
  ])('%s is told of a post-processing with its module', async (error, source) => {
    writeFileSync('post.mjs', source)
    const { code, err } = await search('search_qtable', '--post_process', './post.mjs')
    expect(err).toMatch(new RegExp(`^${error}: `, 'm'))
    expect(err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
    expect([2, 3]).toContain(code)
  })
})

describe('the other searches', () => {
  it('search_threshold takes the table that scores best, and has no target', async () => {
    const { code, out, err } = await search('search_threshold')
    expect(code, err).toBe(0)
    const [, method] = /optimal_method_name: (\w+),/.exec(out)!
    expect(text('ct')).toBe(text(`ct_${method}_tune`))
    expect(readdirSync('.').filter((name) => name.startsWith('ct_'))).toHaveLength(8)
    expect(logged('Search_Threshold').at(-1)).toBe('INFO:root:success')
  })

  it.each(['fast_search', 'mix_search'])('%s makes its own calibration table as run_calibration does', async (kind) => {
    const { code, err } = await search(kind, '--expected_cos', '1', '--min_layer_cos', '1')
    expect(code, err).toBe(4)
    await mustRun('run_calibration', 'digits.mlir', ...samples, '-o', 'plain')
    expect(parseCalibrationTable(text('ct')).entries).toEqual(parseCalibrationTable(text('plain')).entries)
    expect(existsSync(kind === 'fast_search' ? 'Search_Qtable' : 'Mix_Search')).toBe(true)
    expect(existsSync('qtable_loss.txt')).toBe(kind === 'mix_search')
  })

  it.each(['fast_search', 'mix_search'])('%s takes the table that -o names, but none that such a search left', async (kind) => {
    const rows = () => parseCalibrationTable(text('ct')).entries
    await mustRun('run_calibration', 'digits.mlir', ...samples, '--cali_method', 'max', '-o', 'ct')
    const given = text('ct')
    const { err } = await search(kind, '--expected_cos', '0.5')
    expect(text('ct')).toBe(given)
    expect(err).toContain('note: thresholds are those of ct; without that file they are made here')

    rmSync('ct')
    await search(kind, '--expected_cos', '0.5', '--input_num', '3')
    const few = rows()
    await search(kind, '--expected_cos', '0.5')
    expect(rows()).not.toEqual(few)
    await mustRun('run_calibration', 'digits.mlir', ...samples, '-o', 'ct')
    expect(parseCalibrationTable(text('ct')).header.madeFor).toBeUndefined()
  })

  it('run_qtable writes the table of losses, its log and the classic form', async () => {
    const { code, err } = await q(
      'run_qtable',
      'digits.mlir',
      '--dataset',
      digits.calibration,
      '--input_num',
      '3',
      '--chip',
      'bm1684x',
      '--calibration_table',
      'table',
      '--expected_cos',
      '1',
      '--min_layer_cos',
      '1',
      '-o',
      'qtable',
    )
    expect(code, err).toBe(4)
    expect(text('qtable')).toMatch(/^# genetated time: .*\n# sample number: 3\n# chip: bm1684x {2}mix_mode: F16\n/)
    expect(text('full_loss_table.txt')).toMatch(/^No\.0 {3}: Layer: .*\t\t\tCos: \d\.\d{6}$/m)
    expect(logged('MixPrecSearcher')[0]).toBe('INFO:root:run float mode: digits.mlir')
  })

  it('run_sensitive_layer reads the table it is given, and writes thresholds to a new one', async () => {
    const before = text('table')
    const { code, err } = await q(
      'run_sensitive_layer',
      'digits.mlir',
      '--dataset',
      digits.calibration,
      '--input_num',
      '4',
      '--inference_num',
      '2',
      '--tune_num',
      '1',
      '--chip',
      'bm1684x',
      '--calibration_table',
      'table',
      '--expected_cos',
      '1',
      '--max_float_layers',
      '1',
      '-o',
      'qtable',
    )
    expect(code, err).toBe(4)
    expect(text('table')).toBe(before)
    expect(readdirSync('.')).toEqual(
      expect.arrayContaining(['table_MAX.1', 'table_KL_tune', 'table_Percentile9999_tune', 'SensitiveLayerSearcher', 'new_cali_table.txt']),
    )
  })

  it.each([
    ['run_qtable', ['--min_layer_cos', '1']],
    ['run_sensitive_layer', ['--inference_num', '2', '--tune_num', '1', '--max_float_layers', '1']],
  ])('%s keeps the layers of --pre_qtable', async (command, more) => {
    const layer = [...parseCalibrationTable(text('table')).entries.keys()][1]!
    const run = (plan: string) =>
      q(
        ...[command, 'digits.mlir', '--dataset', digits.calibration, '--input_num', '3', '--chip', 'bm1684x', '-o', 'qtable'],
        ...['--calibration_table', 'table', '--expected_cos', '1', '--pre_qtable', plan, ...more],
      )
    const { code, err } = await run(`${layer}:F32`)
    expect(code, err).toBe(4)
    expect(parseQuantPlan(text('qtable')).entries.get(layer)).toEqual({ mode: 'F32' })
    expect((await run('nothing:F32')).err).toMatch(/^QUANT_PLAN_UNKNOWN_NAMES: [^]*at: {5}--pre_qtable$/m)
  })

  it('a search is refused without its output, under another name, and for bit widths that are not there yet', async () => {
    expect((await q('run_calibration', 'digits.mlir', ...samples, '--search', 'search_qtable', '-o', 'ct')).err).toMatch(
      /^SEARCH_OUTPUT: .*--quantize_table/,
    )
    expect((await search('search_qtables')).err).toMatch(/^SEARCH_UNKNOWN: /)
    expect((await search('search_qtable', '--mix_mode', 'wi4ai4_wi8ai8')).err).toMatch(/^OPTION_UNSUPPORTED: /)
    expect((await search('search_qtable', '--fp_type', 'INT8')).err).toMatch(/^FLOAT_TYPE: /)
  })
})

describe('options of run_calibration that a search does not look at', () => {
  it('are named in notes', async () => {
    const { code, err } = await search('search_threshold', '--cluster', '--max_float_layers', '3', '--cali_method', 'kl')
    expect(code, err).toBe(0)
    for (const name of ['--cluster', '--max_float_layers', '--cali_method'])
      expect(err).toMatch(new RegExp(`^note: ${name} has no effect on search_threshold$`, 'm'))
    expect(err).not.toContain('--inference_num')
  })

  it('are refused where their words mean nothing', async () => {
    const { code, err } = await search('search_qtable', '--transformer', 'maybe')
    expect([code, err]).toEqual([2, expect.stringContaining('wanted True or False')])
  })
})

it('run_calibration --help says which search to take when', async () => {
  const { out } = await q('run_calibration', '--help')
  expect(out).toMatch(/Which search to take when:\n {2}search_threshold /)
})
