import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseCalibrationTable } from '@q/ir'
import { encodeNpy } from '@q/npz'
import { beforeEach, describe, expect, it } from 'vitest'
import { digits, inEmptyFolder, prepareDigits, q } from './run-command.ts'

inEmptyFolder()
beforeEach(prepareDigits)

const search = (...more: readonly string[]) =>
  q('search', 'digits.mlir', '--chip', 'bm1684x', '--data', digits.calibration, '--inference_num', '2', ...more)
const text = (file: string) => readFileSync(file, 'utf8')

describe('q search --calibration_table', () => {
  it('refuses --methods, between which nothing is chosen then', async () => {
    expect(await search('--expected_cos', '0.5', '--calibration_table', 'table', '--methods', 'max')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^OPTION_WITHOUT_EFFECT: --methods has no effect with --calibration_table$/m),
    })
    expect(existsSync('digits_qtable')).toBe(false)
  })

  it('names the options of a calibration that is not made', async () => {
    const { code, err } = await search('--expected_cos', '0.5', '--calibration_table', 'table', '--input_num', '4', '--tune_num', '1')
    expect(code).toBe(0)
    for (const name of ['input_num', 'tune_num'])
      expect(err).toContain(`note: --${name} has no effect here: thresholds are those of table\n`)
    expect(existsSync('digits_searched_cali_table')).toBe(false)
  })

  it('writes the table that --new_calibration_table names, with the thresholds it was given', async () => {
    const aim = ['--calibration_table', 'table', '--new_calibration_table', 'mine'] as const
    const { code, out } = await search('--expected_cos', '0.5', ...aim)
    expect([code, out]).toEqual([0, expect.stringContaining('files: digits_qtable, mine\n')])
    expect(parseCalibrationTable(text('mine')).entries).toEqual(parseCalibrationTable(text('table')).entries)
    const front = await search('--pareto', ...aim)
    expect([front.code, text('digits_qtable_front.json')]).toEqual([0, expect.stringContaining('"table": "mine"')])
  })
})

describe('a target by another metric than cosine', () => {
  it.each(['worst-group', 'sqnr', 'noise'])('%s: its loss is told before and after', async (metric) => {
    const { out } = await search('--most_loss', '-300', '--metric', metric, '--calibration_table', 'table', '--max_float_layers', '2')
    const told = (line: string) => Number(new RegExp(`^${line} +[\\d.]+, ${metric} loss (\\S+)$`, 'm').exec(out)?.[1])
    expect(told('mix after')).toBeLessThan(told('INT8 before'))
  })

  it('is told of a module that never measures by it', async () => {
    writeFileSync('none.mjs', 'export default { name: "none", *search({ pinned }) { return { trial: { plan: pinned }, ranking: [] } } }')
    const { out } = await search('--strategy', './none.mjs', '--most_loss', '0', '--metric', 'noise', '--calibration_table', 'table')
    expect(out).toMatch(/^mix after +[\d.]+, noise loss [\d.e-]+$/m)
  })
})

describe('a target that is missed', () => {
  const common = ['digits.mlir', '--dataset', digits.calibration, '--chip', 'bm1684x', '--expected_cos', '1'] as const
  const calibrated = (kind: string, ...more: readonly string[]) =>
    q(
      'run_calibration',
      ...common,
      '--input_num',
      '2',
      '--tune_num',
      '0',
      '--search',
      kind,
      '--quantize_table',
      'plan',
      '-o',
      kind,
      ...more,
    )
  const hint = (err: string) => /^ +do: +(.*)$/m.exec(err.slice(err.indexOf('TARGET_MISSED')))?.[1]

  it('advises what changes the result of just this search', async () => {
    const cluster = await calibrated('search_qtable', '--cluster')
    expect(hint(cluster.err)).toBe(
      'leave --cluster out, try other threshold methods (--quantize_method_list), take q search, or ask for less',
    )
    const fast = await calibrated('fast_search')
    expect(hint(fast.err)).toBe('try other thresholds (--cali_method), take q search, or ask for less')
    expect(fast.err).toMatch(/what hurts most in INT8 \(each on one sample\): /)
    const mix = await calibrated('mix_search', '--max_float_layers', '1', '--min_layer_cos', '1')
    expect(hint(mix.err)).toMatch(/^allow more layers in float \(--max_float_layers, 1 here; \d at most\), try other thresholds/)
    const front = await q('run_qtable', ...common, '--input_num', '2', '--calibration_table', 'table', '-o', 'plan')
    expect(hint(front.err)).toMatch(
      /^ask more of single layers \(--min_layer_cos, 0.99 here\), try other thresholds \(--calibration_table\)/,
    )
    const lower = await q('run_qtable', ...common, '--input_num', '2', '--calibration_table', 'table', '-o', 'plan', '--min_layer_cos', '1')
    expect(hint(lower.err)).toMatch(/^ask less of single layers, so that later ones are come to \(--min_layer_cos, 1 here\)/)
  })
})

it('q search --budget warns of a layer once, whatever the number of calibrations that there was time for', async () => {
  const zeros = { dtype: 'f32', shape: [1, 3, 32, 32], data: new Float32Array(3 * 32 * 32) } as const
  for (let i = 0; i < 3; i++) writeFileSync(`${i}.npy`, encodeNpy(zeros))
  writeFileSync('list', '0.npy\n1.npy\n2.npy\n')
  const { err } = await q('search', 'digits.mlir', '--chip', 'bm1684x', '--data', 'list', '--budget', '10m', '--max_float_layers', '1')
  const lines = err.split('\n').filter((line) => line.startsWith('warning: CALIBRATION_ALL_ZEROS'))
  expect(lines.length, err).toBeGreaterThan(0)
  expect(new Set(lines).size).toBe(lines.length)
})

describe('mistakes of a search', () => {
  it('are told by the options of the command line', async () => {
    expect((await search('--expected_cos', '1.5')).err).toMatch(
      /^OPTION_VALUE: option '--expected_cos <number>' argument '1.5' is invalid\. wanted a number from 0 to 1$/m,
    )
    const both = await search('--expected_cos', '0.5', '--most_loss', '0.1')
    expect(both).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^STRATEGY_OPTION: --expected_cos is a target by cosine, and --most_loss 0\.1 asks for another$/m),
    })
    expect((await search('--expected_cos', '0.5', '--metric', 'sqnr')).err).toMatch(/^STRATEGY_OPTION: .*--metric sqnr/m)
    expect(await search('--pareto', '--strategy', 'race')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^STRATEGY_OPTION: --pareto is a strategy, and --strategy race asks for another$/m),
    })
    expect(await search('--strategy_options', '{"mostLayers":3}', '--max_float_layers', '5')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^STRATEGY_OPTION: --max_float_layers and mostLayers of --strategy_options are the same option$/m),
    })
  })

  it.each([
    ['an async function', 'export async function PostProcess(outputs) { return outputs }'],
    ['a promise', 'export const PostProcess = (outputs) => Promise.resolve(outputs)'],
    [
      'a promise',
      'export const PostProcess = (outputs) => Object.fromEntries(Object.entries(outputs).map(([name, each]) => [name, Promise.resolve(each)]))',
    ],
  ])('a post-processing that gives its results later is told as that: %s', async (found, source) => {
    writeFileSync('later.mjs', source)
    const { code, err } = await search('--expected_cos', '0.5', '--calibration_table', 'table', '--post_process', 'later.mjs')
    expect([code, err]).toEqual([2, expect.stringMatching(/^POST_PROCESS_INVALID: PostProcess gives its results later/m)])
    expect(err).toMatch(new RegExp(`^ +found: +${found}$`, 'm'))
    expect(err).toMatch(/do: +leave async and await out/)
  })
})
