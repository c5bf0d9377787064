import { readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { leastCoverage, looselyCovered } from '../rules.mjs'
import { root, runTool, workspacesIn } from '../workspace.mjs'

const results = join(root, 'coverage/own-lines')
const percent = (value) => `${value.toFixed(1)} %`

/** Every workspace whose lines its own tests must cover: all packages, and the tools that are built. */
export function coveredWorkspaces() {
  return [...workspacesIn('packages'), ...workspacesIn('tools').filter(({ manifest }) => manifest.scripts?.build)].filter(
    ({ place }) => !looselyCovered[place],
  )
}

/**
 * Runs the tests of some workspaces and counts, of each, the lines of its sources that its own tests reach with no files but those of
 * the repository. Where `testResult` names a file, tests that need the folder of shared models run as well, without being counted, and
 * the file tells how all tests went.
 */
export async function measureCoverage(workspaces, { testResult } = {}) {
  rmSync(results, { recursive: true, force: true })
  const { code, output } = await runTool(
    'vitest/vitest.mjs',
    [
      'run',
      '--config=tools/config/own-lines/vitest.config.mjs',
      ...workspaces.map(({ place }) => `${place}/`),
      ...workspaces.map(({ place }) => `--coverage.include=${place}/src/**/*.ts`),
      `--coverage.reportsDirectory=${results}`,
      '--reporter=dot',
      ...(testResult ? ['--reporter=json', `--outputFile.json=${testResult}`] : []),
    ],
    { env: testResult ? {} : { Q_SHARED: join(root, 'coverage/no-shared-folder') } },
  )
  if (code !== 0) return { broken: output.split('\n').filter((line) => line.trim() !== ''), measured: [] }
  const { total: _, ...files } = JSON.parse(readFileSync(join(results, 'coverage-summary.json'), 'utf8'))
  const found = Object.entries(files).map(([path, { lines }]) => ({ path: relative(root, path), ...lines }))
  return { measured: workspaces.map(({ place }) => linesOf(place, found)) }
}

function linesOf(place, files) {
  const own = files.filter(({ path }) => path.startsWith(`${place}/`))
  const sum = (name) => own.reduce((total, file) => total + file[name], 0)
  const [covered, lines] = [sum('covered'), sum('total')]
  const missed = own
    .map((file) => ({ path: file.path, missed: file.total - file.covered, percent: file.pct }))
    .filter((file) => file.missed > 0)
    .sort((one, other) => other.missed - one.missed)
  return { place, percent: (100 * covered) / lines, covered, lines, missed }
}

/** Each package's own tests run through enough of its lines, with no files but those of the repository. */
export async function checkCoverage(options) {
  const { broken, measured } = await measureCoverage(coveredWorkspaces(), options)
  if (broken) return ['tests of packages fail', ...broken]
  const failures = measured.flatMap(({ place, percent: reached, missed }) => {
    if (reached >= leastCoverage) return []
    const worst = missed.slice(0, 5).map((file) => `${place}: ${file.path} leaves ${file.missed} lines (${percent(file.percent)})`)
    return [`${place}: ${percent(reached)} of its lines, at least ${leastCoverage} %`, ...worst]
  })
  return { failures, notes: measured.map((one) => `${one.place.split('/')[1]} ${percent(one.percent)}`) }
}
