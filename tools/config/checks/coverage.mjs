import { readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { leastCoverage, looselyCovered } from '../rules.mjs'
import { mapInParallel, root, runTool, workspacesIn } from '../workspace.mjs'

const results = join(root, 'coverage')
const percent = (value) => `${value.toFixed(1)} %`

/** Every workspace whose lines its own tests must cover: all packages, and the tools that are built. */
export function coveredWorkspaces() {
  return [...workspacesIn('packages'), ...workspacesIn('tools').filter(({ manifest }) => manifest.scripts?.build)].filter(
    ({ place }) => !looselyCovered[place],
  )
}

/**
 * Runs the tests of one workspace alone, with no folder of shared models, and counts the lines of its sources that ran.
 *
 * Tests share one process: a workspace has many small test files, and starting one for each would take most of the time.
 */
export async function measureCoverage({ place }) {
  const folder = join(results, place)
  rmSync(folder, { recursive: true, force: true })
  const { code, output } = await runTool(
    'vitest/vitest.mjs',
    [
      'run',
      `${place}/`,
      '--no-isolate',
      '--maxWorkers=1',
      '--reporter=dot',
      '--coverage.enabled',
      '--coverage.provider=v8',
      `--coverage.include=${place}/src/**/*.ts`,
      '--coverage.exclude=**/*.test.ts',
      '--coverage.exclude=**/*.test-d.ts',
      '--coverage.exclude=**/generated/**',
      '--coverage.reporter=json-summary',
      `--coverage.reportsDirectory=${folder}`,
    ],
    { env: { Q_SHARED: join(root, 'coverage/no-shared-folder') } },
  )
  if (code !== 0) return { place, broken: output.split('\n').filter((line) => line.trim() !== '') }
  const { total, ...files } = JSON.parse(readFileSync(join(folder, 'coverage-summary.json'), 'utf8'))
  const missed = Object.entries(files)
    .map(([path, { lines }]) => ({ path: relative(root, path), missed: lines.total - lines.covered, percent: lines.pct }))
    .filter((file) => file.missed > 0)
    .sort((one, other) => other.missed - one.missed)
  return { place, percent: total.lines.pct, covered: total.lines.covered, lines: total.lines.total, missed }
}

/** Each package's own tests run through enough of its lines, with no files but those of the repository. */
export async function checkCoverage() {
  const found = await mapInParallel(coveredWorkspaces(), 2, measureCoverage)
  const failures = found.flatMap(({ place, broken, percent: reached, missed }) => {
    if (broken) return [`${place}: its own tests fail`, ...broken]
    if (reached >= leastCoverage) return []
    const worst = missed.slice(0, 5).map((file) => `${place}: ${file.path} leaves ${file.missed} lines (${percent(file.percent)})`)
    return [`${place}: ${percent(reached)} of its lines, at least ${leastCoverage} %`, ...worst]
  })
  const notes = found.filter((one) => !one.broken).map((one) => `${one.place.split('/')[1]} ${percent(one.percent)}`)
  return { failures, notes }
}
