import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { isLong } from './long-tests.ts'
import { digits, inEmptyFolder, prepareFirstLayers } from './run-command.ts'
import { isBuilt, removeWritten, runSearch, type SearchCommand, sizeOf, written } from './search-process.ts'

/** Kills of each search; `Q_KILLS` are those of both, more of them where long tests are asked for. */
const instants = Math.ceil(Number(process.env['Q_KILLS'] ?? (isLong ? 10 : 4)) / 2)
const seed = 7

/** Numbers from 0 below 1, the same for the same seed: mulberry32. */
function numbers(state: number): () => number {
  let a = state
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const samples = ['--input_num', '4', '--tune_num', '1', '--inference_num', '2', '--expected_cos', '1', '--chip', 'bm1684x'] as const
const searches: Readonly<Record<string, SearchCommand>> = {
  // Its calibration is that of the other, which is killed in it as well.
  race: {
    args: ['search', 'digits.mlir', '--data', digits.calibration, '--calibration_table', 'table', ...samples, '-o', 'plan'],
    journal: '.plan.journal',
  },
  search_qtable: {
    args: [
      'run_calibration',
      'digits.mlir',
      '--dataset',
      digits.calibration,
      ...samples,
      '-o',
      'ranges',
      '--search',
      'search_qtable',
    ].concat(['--quantize_method_list', 'KL,MSE'], ['--quantize_table', 'plan']),
    journal: '.plan.journal',
  },
}

inEmptyFolder()
beforeEach(prepareFirstLayers)

/** Whole lines of a journal that tell a loss. */
const measuredIn = (file: string): number =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .filter((line) => /^\{"scope".*\}$/.test(line)).length
    : 0

describe.skipIf(!isBuilt)(`a search that is killed${isBuilt ? '' : ' (skipped: not built)'}`, () => {
  it.each(Object.entries(searches))(
    '%s ends with the same bytes when the same command is given again',
    async (_name, search) => {
      const before = new Set(readdirSync('.'))
      const undisturbed = await runSearch(search)
      expect(undisturbed.code, undisturbed.err).toBe(4)
      const wanted = written(before)
      expect([...wanted.keys()]).not.toContain(search.journal)
      removeWritten(before)

      const random = numbers(seed)
      for (let kills = 1; kills <= instants; kills++) {
        const size = sizeOf(search.journal)
        // Now and then in the calibration, before there is a journal, and now and then so late that it is written.
        const bytes = random() < 0.15 ? 0 : size + 1 + Math.floor(random() * 1.03 * Math.max(0, undisturbed.mostBytes - size))
        const signal = random() < 0.25 ? 'SIGINT' : 'SIGKILL'
        const killed = await runSearch(search, { bytes, later: Math.floor(random() * (bytes === 0 ? 800 : 15)), signal })
        const isDone = killed.code === undisturbed.code
        // Another kill of the same search, or its end.
        if (!isDone && kills < instants && random() < 0.5) continue
        const kept = measuredIn(search.journal)
        const { code, err, counts } = isDone ? killed : await runSearch(search)
        expect(code, err).toBe(undisturbed.code)
        expect(written(before), `kill ${kills}: ${signal} at ${bytes} bytes`).toEqual(wanted)
        if (!isDone) {
          // What stands in the journal is not measured again, and what that took is not run again.
          expect(counts!['measured']! + kept).toBe(undisturbed.counts!['measured'])
          expect(counts!['nodeExecutions']).toBeLessThanOrEqual(undisturbed.counts!['nodeExecutions']!)
        }
        removeWritten(before)
      }
    },
    60_000 + 15_000 * instants,
  )
})
