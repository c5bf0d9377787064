import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { areas } from './areas.mjs'
import { mutantsIn, sampled, sourcesOfAreas, survivorsOf } from './candidates.mjs'
import { distance, importGraph } from './import-graph.mjs'
import { placeOf } from './mutants.mjs'
import { reachedBy } from './reach.mjs'
import { describe, summarize, table } from './report.mjs'
import { copyTree } from './tree-copy.mjs'
import { startTrials } from './trials.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    sample: { type: 'string', default: '40' },
    file: { type: 'string' },
    again: { type: 'string' },
    without: { type: 'string', multiple: true, default: [] },
    longest: { type: 'string', default: '20' },
    output: { type: 'string', default: 'temp/mutants.json' },
    list: { type: 'boolean', default: false },
  },
})
const longest = Number(options.longest)
const passing = new Map()
const root = fileURLToPath(new URL('../..', import.meta.url))
const wantedAreas = positionals.length > 0 ? positionals : Object.keys(areas)
for (const area of wantedAreas) if (!areas[area]) throw new Error(`no area ${area}; there are ${Object.keys(areas).join(', ')}`)

const { folder, remove } = copyTree(root)
const trials = startTrials(folder)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
process.on('exit', () => {
  trials.stop()
  remove()
})

const sources = sourcesOfAreas(folder)
const counts = Object.fromEntries(wantedAreas.map((area) => [area, { made: '', refused: '' }]))
if (options.list) for (const mutant of chosen()) console.log(describe(mutant))
else await tryAll()
process.exit()

/** The mutants to try: those that survived in a former run, or a sample of each area. */
function chosen() {
  const wanted = sources.filter(({ area, path }) => wantedAreas.includes(area) && (!options.file || path.includes(options.file)))
  const mutants = mutantsIn(folder, wanted)
  if (options.again) return survivorsOf(JSON.parse(readFileSync(resolve(options.again), 'utf8')).results, mutants)
  return sampled(folder, mutants, { seed: Number(options.seed), sample: Number(options.sample), counts })
}

async function tryAll() {
  const graph = importGraph(folder)
  // Tests that start the built command line would run the checkout's code, and those are not in the copy.
  const apart = new Set(graph.reach('e2e/run-command.ts'))
  const isWanted = (test) => !apart.has(test) && !options.without.some((place) => test.startsWith(place))
  const paths = sources.map(({ path }) => path)
  const importers = new Map(paths.map((path) => [path, graph.testsOf(path).filter(isWanted)]))
  const usable = await tryUnchanged(graph, paths, [...new Set([...importers.values()].flat())])
  const originals = new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
  const results = []
  for (const mutant of chosen()) {
    const { text: _, ...kept } = mutant
    const isImported = mutant.within === undefined || usable.atImport.has(placeOf(mutant))
    const tests = isImported ? importers.get(mutant.path) : (usable.reached.get(placeOf(mutant)) ?? [])
    const result = { ...kept, ...(await tryOne(mutant, tests, usable.ran)) }
    if (result.outcome === 'hung' || result.outcome === 'crashed') writeFileSync(join(folder, mutant.path), originals.get(mutant.path))
    results.push(result)
    const how = result.killedBy ? `  (${result.killedBy.file}: ${result.killedBy.test})` : ''
    console.log(`${String(results.length).padStart(4)} ${result.outcome.padEnd(9)} ${describe(mutant)}${how}`)
    save(results)
  }
  const survivors = results.filter(({ outcome }) => outcome === 'survived')
  if (survivors.length > 0) console.log(`\nsurvived:\n${survivors.map(describe).join('\n')}`)
  console.log(`\n${table(summarize(results, counts))}`)
}

/** Writes what is known so far, so that a run that is stopped was not for nothing. */
function save(results) {
  const file = resolve(options.output)
  const written = { seed: Number(options.seed), sample: Number(options.sample), rows: summarize(results, counts), results }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(written, undefined, 2)}\n`)
}

/** Runs all tests with nothing changed: what each costs (that decides the order), and which functions they enter. */
async function tryUnchanged(graph, paths, tests) {
  const begin = process.hrtime()[0]
  const memory = join(root, 'node_modules/.cache/mutate/reached.json')
  const { reached, atImport, ran, failed, long } = await reachedBy({
    folder,
    sources: paths,
    tests,
    filesOf: graph.filesOf,
    memory,
    longest,
  })
  for (const file of failed) console.log(`left out, for it does not pass (or run) with nothing changed: ${file}`)
  for (const file of long) console.log(`left out, for it takes more than ${longest} s: ${file}`)
  console.log(`${ran.size} of ${tests.length} test files run here, ${process.hrtime()[0] - begin} s`)
  return { reached, atImport, ran }
}

/** Asks the tests that enter what is changed, the nearest and quickest first, as many as fit into the time that a mutant is given. */
async function tryOne(mutant, reached, ran) {
  const near = reached
    .filter((test) => ran.has(test))
    .sort((one, other) => distance(one, mutant.path) - distance(other, mutant.path) || ran.get(one) - ran.get(other))
  let left = longest
  const tests = near.filter((test) => ran.get(test) <= left && (left -= ran.get(test)) >= 0)
  if (tests.length === 0) return { outcome: 'survived', tests: 0 }
  const { failures, late, ended, broke } = await trials.ask({ tests, change: mutant })
  if (broke) throw new Error(broke)
  if (late || ended) return { outcome: late ? 'hung' : 'crashed' }
  if (failures.length === 0) return { outcome: 'survived', tests: tests.length, untried: near.length - tests.length }
  if (await passesUnchanged(failures[0].file)) return { outcome: 'killed', killedBy: failures[0] }
  ran.delete(failures[0].file)
  return tryOne(mutant, reached, ran)
}

/** Whether a test that notices a mutant does so for the mutant: each such test file is run once more with nothing changed. */
async function passesUnchanged(file) {
  if (!passing.has(file)) {
    const { failures } = await trials.ask({ tests: [file], all: true })
    passing.set(file, failures?.length === 0)
    if (!passing.get(file)) console.log(`left out, for it fails with nothing changed: ${file}`)
  }
  return passing.get(file)
}
