import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { areas } from './areas.mjs'
import { distance, importGraph } from './import-graph.mjs'
import { mutantsOf, placeOf, shuffled } from './mutants.mjs'
import { reachedBy } from './reach.mjs'
import { describe, summarize, table } from './report.mjs'
import { copyTree } from './tree-copy.mjs'
import { startTrials } from './trials.mjs'
import { typeChecker } from './type-check.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    sample: { type: 'string', default: '40' },
    file: { type: 'string' },
    again: { type: 'string' },
    without: { type: 'string', multiple: true, default: [] },
    output: { type: 'string', default: 'temp/mutants.json' },
    list: { type: 'boolean', default: false },
  },
})
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

const sources = sourcesOfAreas()
const counts = Object.fromEntries(wantedAreas.map((area) => [area, { made: '', refused: '' }]))
const chosen = choose()
if (options.list) for (const mutant of chosen) console.log(describe(mutant))
else await tryAll()
process.exit()

/** Every source of an area, under the area whose place names it most exactly. */
function sourcesOfAreas() {
  const claims = new Map()
  for (const [area, places] of Object.entries(areas)) {
    for (const place of places) {
      for (const path of sourcesAt(place)) {
        if (place.length > (claims.get(path)?.place.length ?? 0)) claims.set(path, { area, place })
      }
    }
  }
  return [...claims].map(([path, { area }]) => ({ path, area })).sort((one, other) => (one.path < other.path ? -1 : 1))
}

function sourcesAt(place) {
  const found = statSync(join(folder, place), { throwIfNoEntry: false })
  if (!found) throw new Error(`${place} is not there any more; say in areas.mjs where its code has gone`)
  if (!found.isDirectory()) return [place]
  return readdirSync(join(folder, place), { recursive: true })
    .map((name) => join(place, name))
    .filter((path) => path.endsWith('.ts') && !/\.test(-d)?\.ts$|\/fixtures\/|\/index\.ts$/.test(path))
}

/** The mutants to try: those of a former result again, or a sample of each area; none that the compiler refuses. */
function choose() {
  const refusal = typeChecker(folder)
  const made = sources
    .filter(({ area, path }) => wantedAreas.includes(area) && (!options.file || path.includes(options.file)))
    .flatMap(({ area, path }) => mutantsOf(path, readFileSync(join(folder, path), 'utf8')).map((one) => ({ ...one, area })))
  if (options.again) {
    const former = JSON.parse(readFileSync(resolve(options.again), 'utf8')).results.filter(({ outcome }) => outcome === 'survived')
    const key = ({ path, kind, source, before, after }) => [path, kind, source, before, after].join('\n')
    const keys = new Set(former.map(key))
    return made.filter((one) => keys.has(key(one)))
  }
  return wantedAreas.flatMap((area) => {
    const candidates = shuffled(
      made.filter((one) => one.area === area),
      Number(options.seed),
    )
    const accepted = []
    let refused = 0
    for (const mutant of candidates) {
      if (accepted.length >= Number(options.sample)) break
      if (refusal(mutant)) refused += 1
      else accepted.push(mutant)
    }
    counts[area] = { made: candidates.length, refused }
    return accepted
  })
}

async function tryAll() {
  const graph = importGraph(folder)
  // Tests that start the built command line would run the checkout's code, and those are not in the copy.
  const apart = new Set(graph.reach('e2e/run-command.ts'))
  const isWanted = (test) => !apart.has(test) && !options.without.some((place) => test.startsWith(place))
  const paths = [...new Set(chosen.map(({ path }) => path))]
  const importers = new Map(paths.map((path) => [path, graph.testsOf(path).filter(isWanted)]))
  const usable = await tryUnchanged(paths, [...new Set([...importers.values()].flat())])
  const originals = new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
  const results = []
  for (const [index, mutant] of chosen.entries()) {
    const { text: _, ...kept } = mutant
    const tests = mutant.within === undefined ? importers.get(mutant.path) : (usable.reached.get(placeOf(mutant)) ?? [])
    const result = { ...kept, ...(await tryOne(mutant, tests, usable.ran)) }
    if (result.outcome === 'hung' || result.outcome === 'crashed') writeFileSync(join(folder, mutant.path), originals.get(mutant.path))
    results.push(result)
    const how = result.killedBy ? `  (${result.killedBy.file}: ${result.killedBy.test})` : ''
    console.log(`${String(index + 1).padStart(4)}/${chosen.length} ${result.outcome.padEnd(9)} ${describe(mutant)}${how}`)
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

/** Runs all tests with nothing changed: which pass, how long each takes (that decides the order), and which functions they enter. */
async function tryUnchanged(paths, tests) {
  const begin = performance.now()
  const { reached, ran, failed } = await reachedBy(folder, paths, tests)
  const { failures, broke } = await trials.ask({ tests: [...ran.keys()], all: true })
  if (!failures) throw new Error(broke ?? 'the unchanged tests do not end')
  for (const file of [...failed, ...failures.map((one) => one.file)]) console.log(`left out, for it fails with nothing changed: ${file}`)
  for (const { file } of failures) ran.delete(file)
  console.log(`${ran.size} of ${tests.length} test files run here, ${((performance.now() - begin) / 1000).toFixed(0)} s`)
  return { reached, ran }
}

async function tryOne(mutant, reached, ran) {
  const tests = reached
    .filter((test) => ran.has(test))
    .sort((one, other) => distance(one, mutant.path) - distance(other, mutant.path) || ran.get(one) - ran.get(other))
  if (tests.length === 0) return { outcome: 'survived' }
  const { failures, late, ended, broke } = await trials.ask({ tests, change: mutant })
  if (broke) throw new Error(broke)
  if (late || ended) return { outcome: late ? 'hung' : 'crashed' }
  return failures.length > 0 ? { outcome: 'killed', killedBy: failures[0] } : { outcome: 'survived' }
}
