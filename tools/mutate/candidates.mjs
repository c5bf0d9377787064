import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { areas } from './areas.mjs'
import { mutantsOf, shuffled } from './mutants.mjs'
import { typeChecker } from './type-check.mjs'

/** Every source of an area in `folder`, under the area whose place names it most exactly. */
export function sourcesOfAreas(folder) {
  const claims = new Map()
  for (const [area, places] of Object.entries(areas)) {
    for (const place of places) {
      for (const path of sourcesAt(folder, place)) {
        if (place.length > (claims.get(path)?.place.length ?? 0)) claims.set(path, { area, place })
      }
    }
  }
  return [...claims].map(([path, { area }]) => ({ path, area })).sort((one, other) => (one.path < other.path ? -1 : 1))
}

function sourcesAt(folder, place) {
  const found = statSync(join(folder, place), { throwIfNoEntry: false })
  if (!found) throw new Error(`${place} is not there any more; say in areas.mjs where its code has gone`)
  if (!found.isDirectory()) return [place]
  return readdirSync(join(folder, place), { recursive: true })
    .map((name) => join(place, name))
    .filter((path) => path.endsWith('.ts') && !/\.test(-d)?\.ts$|\/fixtures\/|\/index\.ts$/.test(path))
}

/** All mutants of some sources, each with its area. */
export function mutantsIn(folder, sources) {
  return sources.flatMap(({ area, path }) => mutantsOf(path, readFileSync(join(folder, path), 'utf8')).map((one) => ({ ...one, area })))
}

/** Those of some mutants that survived in a former result. */
export function survivorsOf(former, mutants) {
  const key = ({ path, kind, source, before, after }) => [path, kind, source, before, after].join('\n')
  const keys = new Set(former.filter(({ outcome }) => outcome === 'survived').map(key))
  return mutants.filter((one) => keys.has(key(one)))
}

/**
 * A sample of each area without what the compiler refuses, one mutant of each area after the other: a run that is stopped has tried
 * as much of one area as of another.
 *
 * @param counts of each area how many mutants there are and how many were refused; counted on
 */
export function* sampled(folder, mutants, { seed, sample, counts }) {
  const refusal = typeChecker(folder)
  const open = Object.keys(counts).map((area) => {
    const ofArea = mutants.filter((one) => one.area === area)
    counts[area] = { made: ofArea.length, refused: 0 }
    return shuffled(ofArea, seed)[Symbol.iterator]()
  })
  for (let taken = 0; taken < sample; taken += 1) {
    for (const candidates of open) {
      for (let next = candidates.next(); !next.done; next = candidates.next()) {
        if (!refusal(next.value)) {
          yield next.value
          break
        }
        counts[next.value.area].refused += 1
      }
    }
  }
}
