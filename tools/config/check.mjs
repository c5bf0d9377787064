import { checkApiReports, checkDocComments } from './checks/api-report.mjs'
import { checkCoverage } from './checks/coverage.mjs'
import { checkEntryList } from './checks/entry-list.mjs'
import { checkErrorList } from './checks/error-list.mjs'
import { checkChipNames, checkDecisions, checkLengths, checkNames, checkReadmes } from './checks/files.mjs'
import { checkOpList } from './checks/op-list.mjs'
import { checkDeclarations, checkPublint, checkTypesResolve, measureImports } from './checks/published.mjs'
import { checkStar } from './checks/star.mjs'
import { checkDocsExamples, checkTypes } from './checks/types.mjs'
import { inlined } from './rules.mjs'
import { failuresOfTool, filesBelow, mapInParallel, publicPackages, workspacesIn } from './workspace.mjs'

const updateApi = process.argv.includes('--update-api')
/** A file for how the tests of packages went: then those that need the folder of shared models run with the others. */
const testResult = process.argv.find((word) => word.startsWith('--test-result='))?.slice('--test-result='.length)
const packages = publicPackages()
const libraries = packages.filter(({ place }) => place.startsWith('packages/'))
const privateNames = [
  ...inlined,
  ...workspacesIn('tools')
    .filter(({ manifest }) => manifest.private)
    .map(({ manifest }) => manifest.name),
]
const build = () => failuresOfTool('turbo/bin/turbo', ['run', 'build', '--output-logs=errors-only', '--no-color'])
const declarations = (place) => filesBelow(`${place}/dist`, ['.d.ts'], { built: true })

/** Checks of sources, and the build; the longest begin. Each gives its failures, or failures with notes. */
const ofSources = [
  ['build', build],
  ['types', checkTypes],
  ['lint and format', () => failuresOfTool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '--max-diagnostics=20'])],
  ['star rule', checkStar],
  ['file length', checkLengths],
  ['file names', checkNames],
  ['chip names', checkChipNames],
  ['decisions', checkDecisions],
  ['error list', () => checkErrorList()],
  ['package files', () => checkReadmes(packages)],
  ['unused', () => failuresOfTool('knip/bin/knip.js', ['--no-progress'])],
  ['docs examples', checkDocsExamples],
]

/** Checks of what the build makes. */
const ofBuilt = [
  ['operator list', () => checkOpList()],
  ['entry list', () => checkEntryList()],
  ['published types', () => checkDeclarations(packages, declarations, privateNames)],
  ['API report', () => checkApiReports(libraries)],
  ['doc comments', () => checkDocComments(libraries)],
  ['import size', measureImports],
  ['publint', () => checkPublint(packages)],
  ['attw', () => checkTypesResolve(packages)],
  ['coverage', () => checkCoverage({ testResult })],
]

const updates = [
  ['API report', () => checkApiReports(libraries, { update: true })],
  ['error list', () => checkErrorList({ update: true })],
  ['operator list', () => checkOpList({ update: true })],
  ['entry list', () => checkEntryList({ update: true })],
]

const begin = performance.now()
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1).padStart(5)} s`
const failed = []

/** Runs one check and says how it went. */
async function perform([name, run]) {
  const since = performance.now()
  let result
  try {
    result = await run()
  } catch (error) {
    result = [`the check itself broke: ${error.stack ?? error}`]
  }
  const { failures, notes = [] } = Array.isArray(result) ? { failures: result } : result
  console.log(
    `${failures.length === 0 ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${seconds(since)}${notes.map((note) => `  ${note}`).join('')}`,
  )
  for (const failure of failures) console.log(`        ${failure}`)
  if (failures.length > 0) failed.push(name)
}

const stages = updateApi ? [[['build', build]], updates] : [ofSources, ofBuilt]
// Most are one process of one thread. What is updated is written by one after the other.
for (const stage of stages) await mapInParallel(stage, updateApi ? 1 : 2, perform)
const count = stages.flat().length
const verdict = failed.length === 0 ? 'all passed' : `failed: ${failed.join(', ')}`
console.log(`${count} checks, ${verdict}, ${seconds(begin).trim()}`)
process.exitCode = failed.length === 0 ? 0 : 1
