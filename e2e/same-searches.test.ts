import { readdirSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { isLong, longTitle } from './long-tests.ts'
import { digits, inEmptyFolder, prepareFirstLayers } from './run-command.ts'
import { isBuilt, removeWritten, runSearch, written } from './search-process.ts'

inEmptyFolder()
beforeEach(prepareFirstLayers)

const journal = '.plan.journal'
const searchBy = (strategy: string, ...more: readonly string[]) => {
  const target = ['search_threshold', 'pareto'].includes(strategy) ? [] : ['--expected_cos', '1']
  const samples = ['--data', digits.calibration, '--input_num', '4', '--tune_num', '1', '--inference_num', '2', '--chip', 'bm1684x']
  const files = ['-o', 'plan', '--new_calibration_table', 'ranges']
  return { args: ['search', 'digits.mlir', ...samples, ...files, '--strategy', strategy, ...target, ...more], journal }
}

const however = '%s: with 1, 2 and 4 threads, with little memory, and when it goes on behind a kill'

describe.skipIf(!isBuilt)(`a search writes the same bytes${isBuilt ? '' : ' (skipped: not built)'}`, () => {
  it.each(['race', 'search_threshold', 'search_qtable', 'mix_search'])(however, writesTheSame)
  it.skipIf(!isLong).each(['pareto', 'fast_search', 'run_qtable', 'run_sensitive_layer'])(longTitle(however), writesTheSame)

  async function writesTheSame(strategy: string): Promise<void> {
    const before = new Set(readdirSync('.'))
    const alone = await runSearch(searchBy(strategy, '--workers', '1'))
    expect([0, 4], alone.err).toContain(alone.code)
    const wanted = written(before)
    expect(wanted.has('plan')).toBe(true)
    removeWritten(before)

    const killed = { bytes: Math.floor(alone.mostBytes * 0.6), later: 0, signal: 'SIGKILL' } as const
    await runSearch(searchBy(strategy, '--workers', '2', '--cache', '64'), killed)
    await runSearch(searchBy(strategy, '--workers', '4'))
    expect(written(before)).toEqual(wanted)
  }
})
