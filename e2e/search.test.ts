import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseCalibrationTable, parseQuantPlan } from '@q/ir'
import { beforeEach, describe, expect, it } from 'vitest'
import { digits, inEmptyFolder, mustRun, prepareDigits, q } from './run-command.ts'

inEmptyFolder()
beforeEach(prepareDigits)

const search = (...more: readonly string[]) =>
  q(
    'search',
    'digits.mlir',
    '--chip',
    'bm1684x',
    '--data',
    digits.calibration,
    '--input_num',
    '4',
    '--tune_num',
    '1',
    '--inference_num',
    '2',
    ...more,
  )
const text = (file: string) => readFileSync(file, 'utf8')
const hidden = () => readdirSync('.').filter((name) => name.startsWith('.'))
const events = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown> & { readonly event: string })

/** With the time of files fixed, so that they can be compared. */
async function atOneTime(work: () => Promise<void>): Promise<void> {
  process.env['SOURCE_DATE_EPOCH'] = '0'
  try {
    await work()
  } finally {
    delete process.env['SOURCE_DATE_EPOCH']
  }
}

describe('q search', () => {
  it('writes a plan and a table that model_deploy takes, and tells what it found', async () => {
    const { code, out, err } = await search('--expected_cos', '0.99')
    expect(code, err).toBe(0)
    for (const word of ['INT8 before', 'mix after', 'target        0.99 (reached)', 'of the arithmetic', 'time'])
      expect(out).toContain(word)
    expect(hidden()).toEqual([])
    await mustRun(
      'model_deploy',
      '--mlir',
      'digits.mlir',
      '--chip',
      'bm1684x',
      '--quantize',
      'INT8',
      '--calibration_table',
      'digits_cali_table',
      '--quantize_table',
      'digits_qtable',
      '--model',
      'm.bmodel',
    )
  })

  it('ends with 4 when the target is missed, with the best it found and the layers that hurt most', async () => {
    const { code, err } = await search('--expected_cos', '1', '--max_float_layers', '1')
    expect(code).toBe(4)
    expect(err).toMatch(/^TARGET_MISSED: /m)
    expect(err).toMatch(/what hurts most in INT8: \S+ \d\.\d\de-\d/)
    expect(err).toContain('at most 1 layer in float was allowed')
    expect(err).toContain('allow more layers in float (--max_float_layers, 1 here)')
    expect(parseQuantPlan(text('digits_qtable')).entries.size).toBeLessThanOrEqual(1)
  })

  it('takes the thresholds of a table that is given, and leaves it as it is', async () => {
    const before = text('table')
    const { code, err } = await search('--expected_cos', '1', '--calibration_table', 'table')
    expect(code, err).toBe(4)
    expect(text('table')).toBe(before)
    expect(existsSync('digits_cali_table')).toBe(false)
  })

  it('ends in time with a valid table that says what was not examined', async () => {
    const before = text('table')
    const { code, out, err } = await search('--expected_cos', '1', '--budget', '1ms', '--calibration_table', 'table')
    expect(code).toBe(4)
    expect(err).toContain('give it more time (--budget), or ask for less')
    expect(out).toMatch(/not examined {2}\d+ layers/)
    const plan = parseQuantPlan(text('digits_qtable'))
    expect(plan.entries.size).toBe(0)
    const open = [...text('digits_qtable').matchAll(/^# q: not examined: (\S+)$/gm)].map(([, layer]) => layer)
    expect(open.length).toBeGreaterThan(5)
    expect([...parseCalibrationTable(text('table')).entries.keys()]).toEqual(expect.arrayContaining(open))
    expect(text('table')).toBe(before)
    expect(hidden()).toEqual([])
  })

  it('says that a table of an earlier run does not belong to a plan without thresholds', async () => {
    writeFileSync('digits_cali_table', text('table'))
    const { err } = await search('--expected_cos', '1', '--budget', '1ms')
    expect(err).toContain('note: digits_cali_table is of an earlier run: its thresholds do not belong to digits_qtable\n')
    expect(text('digits_cali_table')).toBe(text('table'))
  })

  it('ends in time where the budget is too small for a calibration: every layer unexamined, and no thresholds', async () => {
    const { code, out, err } = await search('--expected_cos', '1', '--budget', '1ms')
    expect(code, err).toBe(4)
    expect(err).toMatch(/^note: the budget was over before the thresholds of one sample were known/m)
    expect(out).toMatch(/not examined {2}\d+ layers/)
    expect(parseQuantPlan(text('digits_qtable')).entries.size).toBe(0)
    const open = [...text('digits_qtable').matchAll(/^# q: not examined: (\S+)$/gm)].map(([, layer]) => layer)
    expect([...parseCalibrationTable(text('table')).entries.keys()]).toEqual(expect.arrayContaining(open))
    expect(open.length).toBeGreaterThan(5)
    expect(existsSync('digits_cali_table')).toBe(false)
    expect(hidden()).toEqual([])
  })

  it('--json tells every trial with its losses', async () => {
    const { out } = await search('--expected_cos', '1', '--json')
    const all = events(out)
    const trials = all.filter(({ event }) => event === 'trial')
    expect(trials.length).toBeGreaterThan(5)
    for (const trial of trials)
      expect(trial).toMatchObject({ plan: {}, losses: {}, samples: {}, precision: expect.stringMatching(/exact|fast/) })
    const [searched] = all.filter(({ event }) => event === 'searched')
    expect(searched).toMatchObject({ strategy: 'race', reached: false, ended: 'finished' })
  })

  it('--pareto writes one plan a point and the numbers of all', async () => {
    const { code, out, err } = await search('--pareto', '--calibration_table', 'table')
    expect(code, err).toBe(0)
    const { points } = JSON.parse(text('digits_qtable_front.json')) as {
      readonly points: readonly { readonly plan: string; readonly table: string; readonly floatShare: number }[]
    }
    expect(points.length).toBeGreaterThan(1)
    expect(points.map(({ floatShare }) => floatShare)).toEqual(points.map(({ floatShare }) => floatShare).sort((a, b) => a - b))
    for (const { plan, table } of points) {
      parseCalibrationTable(text(table))
      parseQuantPlan(text(plan))
      expect(out).toMatch(new RegExp(` ${plan} +${table}`))
    }
    expect(out.match(/\(written as digits_qtable, too\)/g)).toHaveLength(1)
    expect(err).toMatch(/^note: no target was given: the point of least loss, with at most \d+ layers in float, is written/m)
  })

  it.each(['search_qtable', 'fast_search', 'mix_search', 'run_qtable', 'run_sensitive_layer'])('--strategy %s', async (name) => {
    const { code, err } = await search('--expected_cos', '1', '--strategy', name)
    expect(code, err).toBe(4)
    parseQuantPlan(text('digits_qtable'))
  })

  it('--strategy search_threshold writes the table of the best method', async () => {
    const { code, err } = await search('--strategy', 'search_threshold')
    expect(code, err).toBe(0)
    expect(text('digits_cali_table')).toMatch(/calculation method: (kl|mse)\n/)
  })

  it('takes a strategy of a module, with options, and names it when it fails', async () => {
    const module = (body: string) => `export default (options) => ({ name: 'mine', *search(space) { ${body} } })`
    writeFileSync(
      'mine.mjs',
      module('return { trial: { plan: new Map([...space.pinned, [space.layers[options.at].name, space.floatMode]]) }, ranking: [] }'),
    )
    const { code, err } = await search('--strategy', './mine.mjs', '--strategy_options', '{"at":1}', '--expected_cos', '0.5')
    expect(code, err).toBe(0)
    expect(parseQuantPlan(text('digits_qtable')).entries.size).toBe(1)
    writeFileSync('broken.mjs', module('throw new Error("out of ideas")'))
    expect((await search('--strategy', './broken.mjs')).err).toMatch(/^STRATEGY_FAILED: [^]*out of ideas/m)
    writeFileSync('none.mjs', 'export default { name: "none" }')
    expect(await search('--strategy', './none.mjs')).toMatchObject({ code: 2, err: expect.stringMatching(/^STRATEGY_INVALID: /m) })
    expect(await search('--strategy', 'raze')).toMatchObject({ code: 2, err: expect.stringMatching(/^STRATEGY_UNKNOWN: [^]*race/m) })
    expect(await search('--strategy', 'search_qtable', '--metric', 'sqnr')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^STRATEGY_OPTION: /m),
    })
  })

  it('goes by what was measured, whatever a strategy of a module says of its result', async () => {
    const lies = (ranges: string, more = '') => `export default () => ({ name: 'lies', *search(space) {
      const all = { plan: new Map(space.layers.map(({ name }) => [name, 'F32'])) }
      const [losses] = yield { ask: { trials: [all], metrics: ['cosine'] }, best: { trial: { plan: space.pinned }, ranking: [] } }
      const layer = [...space.table.keys()][1]
      return { trial: { plan: space.pinned, ranges: new Map([[layer, ${ranges}]]) }, losses, ranking: [], reached: true, ${more} }
    } })`
    writeFileSync('lies.mjs', lies('{ threshold: 0.5, min: -1, max: 1 }', "method: 'kl'"))
    const { code, out } = await search('--strategy', './lies.mjs', '--expected_cos', '0.99999999', '--json')
    expect(code).toBe(4)
    expect(events(out).find(({ event }) => event === 'searched')).toMatchObject({ reached: false })
    const thresholds = [...parseCalibrationTable(text('digits_cali_table')).entries.values()].map(({ threshold }) => threshold)
    expect(thresholds[1]).toBe(0.5)
    writeFileSync('none.mjs', lies('{ threshold: NaN, min: -1, max: 1 }'))
    const visible = () => readdirSync('.').filter((name) => !name.startsWith('.'))
    const before = visible()
    expect(await search('--strategy', './none.mjs', '-o', 'another')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^STRATEGY_INVALID: [^]*threshold[^]*a finite number above 0/m),
    })
    // What was measured is kept for the next try in hidden files, as of every search that did not come to its end.
    expect(visible()).toEqual(before)
  })

  it('a loss that was not measured is not reached', async () => {
    const { code, out } = await search('--most_loss', '0.5', '--budget', '1ms', '--calibration_table', 'table')
    expect([code, out]).toEqual([4, expect.stringContaining('target        worst-group loss 0.5 (not reached)')])
  })

  it('names options by their flags where a strategy does not take them', async () => {
    expect(await search('--strategy', 'search_threshold', '--expected_cos', '0.5')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^STRATEGY_OPTION: --strategy search_threshold does not take --expected_cos$/m),
    })
    writeFileSync('mine.mjs', 'export default { name: "mine", *search() {} }')
    expect((await search('--strategy', './mine.mjs', '--max_float_layers', '3')).err).toMatch(/^STRATEGY_OPTION: [^]*--strategy_options/m)
  })

  it('compares other layers, or what a post-processing makes of the outputs', async () => {
    const similarity = (out: string) => /^INT8 before +(\S+)/m.exec(out)?.[1]
    const aim = ['--expected_cos', '0.5', '--calibration_table', 'table'] as const
    const plain = await search(...aim)
    const [layer] = [...parseCalibrationTable(text('table')).entries.keys()].slice(3)
    const other = await search(...aim, '--global_compare_layers', layer!)
    writeFileSync(
      'first.mjs',
      'export const PostProcess = (outputs) => Object.fromEntries(Object.entries(outputs).map(([name, { dtype, data }]) => [name, { dtype, shape: [1], data: data.slice(0, 1) }]))',
    )
    const made = await search(...aim, '--post_process', 'first.mjs')
    expect([plain.code, other.code, made.code]).toEqual([0, 0, 0])
    expect(similarity(made.out)).toBe('1.000000')
    expect(new Set([plain, other, made].map(({ out }) => similarity(out))).size).toBe(3)
    // Before anything is calibrated: nothing is kept of it.
    expect(await search('--expected_cos', '0.5', '--global_compare_layers', `${layer},nowhere`)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^LAYER_UNKNOWN: there is no layer nowhere to compare$/m),
    })
    expect(hidden()).toEqual([])
    writeFileSync('p.py', 'def PostProcess(outputs): pass')
    const python = await search(...aim, '--post_process', 'p.py')
    expect(python).toMatchObject({ code: 2, err: expect.stringMatching(/^POST_PROCESS_MODULE: p\.py: Python is not run here$/m) })
    expect(python.err).toMatch(/do: +write it in JavaScript/)
  })

  it('has nothing to do in a mode without codes, and says so before any work', async () => {
    expect(await search('--expected_cos', '0.9', '--quantize', 'F16')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^SEARCH_MODE: --quantize F16: there is nothing to search for$/m),
    })
  })

  it('says when there are fewer samples than were asked for', async () => {
    const { err } = await search('--expected_cos', '0.5', '--calibration_table', 'table', '--inference_num', '5000')
    expect(err).toMatch(/^note: --inference_num 5000: trials are measured on the \d+ samples that there are$/m)
  })

  it('names the option whose layers the model does not have', async () => {
    const { err } = await search('--pre_qtable', 'nothing:F16')
    expect(err).toMatch(/^QUANT_PLAN_UNKNOWN_NAMES: [^]*at: {5}--pre_qtable$/m)
  })

  it('explains which search to take when', async () => {
    const { out } = await q('search', '--help')
    expect(out).toMatch(/Which search to take when:\n {2}race /)
  })
})

describe('a search that was interrupted', () => {
  /** Presses Ctrl-C after some trials. */
  async function interrupted(after: number): Promise<number> {
    const write = process.stdout.write
    let trials = 0
    const running = search('--expected_cos', '1', '--strategy', 'search_qtable', '--json')
    const captured = process.stdout.write
    process.stdout.write = ((line: string) => {
      if (line.includes('"event":"trial"') && ++trials === after) process.emit('SIGINT')
      return captured(line)
    }) as typeof process.stdout.write
    try {
      return (await running).code
    } finally {
      process.stdout.write = write
    }
  }

  it.each([1, 3, 9])('after %i trials goes on there and writes the same bytes', (after) =>
    atOneTime(async () => {
      await search('--expected_cos', '1', '--strategy', 'search_qtable')
      const names = ['digits_qtable', 'digits_cali_table']
      const wanted = names.map(text)
      for (const name of names) writeFileSync(name, '')
      expect(await interrupted(after)).toBe(130)
      expect(names.map(text)).toEqual(['', ''])
      expect(hidden()).toContain('.digits_qtable.journal')
      writeFileSync('.digits_qtable.journal', `${text('.digits_qtable.journal')}{"scope":"torn`)
      const { out } = await search('--expected_cos', '1', '--strategy', 'search_qtable', '--json')
      expect(events(out).find(({ event }) => event === 'evaluated')!['journalHits']).toBeGreaterThan(0)
      expect(events(out).some(({ event, stage }) => event === 'progress' && stage === 'observe')).toBe(false)
      const notes = events(out).flatMap(({ event, text: line }) => (event === 'note' ? [line] : []))
      expect(notes).toContain('note: thresholds are those that an interrupted run has found')
      expect(notes).toContainEqual(
        expect.stringMatching(
          /^note: the search goes on from \.digits_qtable\.journal, where an interrupted run has left \d+ measurements?$/,
        ),
      )
      const told = events(out).filter(({ event, stage }) => event === 'progress' && stage === 'search')
      expect(told.at(-1)!['done']).toBe(told.at(-1)!['total'])
      expect(names.map(text)).toEqual(wanted)
      expect(hidden()).toEqual([])
    }),
  )
})

describe('q quantize --expected_cos', () => {
  const quantize = (...more: readonly string[]) =>
    q(
      'quantize',
      digits.model,
      '--data',
      digits.calibration,
      '--chip',
      'bm1684x',
      ...digits.preprocess,
      '--input_num',
      '4',
      '--tune_num',
      '1',
      '--inference_num',
      '2',
      ...more,
    )

  it('ships the plan and the thresholds that q search finds', () =>
    atOneTime(async () => {
      const { code, out, err } = await quantize('--expected_cos', '0.99')
      expect(code, err).toBe(0)
      for (const word of ['INT8 before', '(reached)', 'agreement with the float model', 'digits_qtable']) expect(out).toContain(word)
      const [plan, table] = [text('digits_qtable'), text('digits_cali_table')]
      await search('--expected_cos', '0.99')
      expect([text('digits_qtable'), text('digits_cali_table')]).toEqual([plan, table])
    }))

  it('ships the best it found when the target is missed, and ends with 4', async () => {
    const { code, err } = await quantize('--expected_cos', '1')
    expect(code).toBe(4)
    expect(err).toMatch(/^TARGET_MISSED: /m)
    expect(readdirSync('.').some((name) => name.endsWith('.qbmodel'))).toBe(true)
  })

  it('names options of a search that has no aim', async () => {
    const { code, err } = await quantize('--methods', 'kl')
    expect(code).toBe(0)
    expect(err).toMatch(/^note: --methods has no effect here/m)
    expect(existsSync('digits_qtable')).toBe(false)
  })
})
