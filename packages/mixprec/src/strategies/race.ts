import type { RankedLayer, SearchSpace, SearchStrategy } from '@q/ir'
import { auditSets, type FloatSet, floatsIn, keepBest } from './audit-sets.ts'
import { type ChosenTable, chooseTable, plainTable, tablesOf } from './choose-table.ts'
import { climbSizes } from './climb-sizes.ts'
import { contestPlaces } from './contest-places.ts'
import { mixThresholds } from './mix-thresholds.ts'
import { type QualityOptions, type QualityTarget, qualityTarget } from './quality-target.ts'
import { rankAlone } from './rank-alone.ts'
import { type SearchCourse, type SearchPart, searchCourse } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'
import { checkOptions, count, loss, metric, similarity } from './search-options.ts'
import { searchQtable } from './search-qtable.ts'
import { searchWithin } from './search-within.ts'
import { lossesOn, spreadSamples, type TellingSample, tellingSamples, typicalSamples, weighSamples } from './telling-samples.ts'
import { tuneThresholds } from './tune-thresholds.ts'
import { walkLayers } from './walk-layers.ts'

/** Options of {@link race}. */
export interface RaceOptions extends QualityOptions {
  /** Layers in float at most. @default a fifth of the layers that are made of codes, at least 5 */
  readonly mostLayers?: number
  /** Samples that the worst layers are compared on; the others see fewer. @default 4 */
  readonly fewSamples?: number
}

/** Sets of the first layers that are measured on all samples at most, beside that without float layers. */
const mostAudits = 4
/** As many sets as are measured mostly, and sizes that are estimated. */
const [usualAudits, usualSizes] = [3, 5]
/** Samples that sizes are estimated and the last places of a set are contested on: as many losses as that tell within a fifth what all lose. */
const scoutSamples = 6
/** Layers that `search_qtable` picks first. */
const manualLayers = 5
/** Where there are not more layers than that, every size of a set is measured. */
const fewLayers = 24

/** Whether so many open layers race, so that their losses are estimates from few samples; fewer are examined on all samples. */
export const layersRace = (open: number): boolean => open > fewLayers

/**
 * Looks for the fewest layers that have to stay in float, and measures much less than it could.
 *
 * Layers race, each alone in codes: all on the sample that loses most, the worse half on the next, the worst quarter on two more, in `fast`;
 * with the worst in float, so do the threshold methods' tables. How many layers are float is estimated on six samples of all sizes of loss, then measured in `exact` on all.
 * In the end the last places are contested. Where the target is missed, every size up to the limit is measured, see {@link climbSizes}: a higher limit never gives more loss, or a miss in the place of a hit.
 *
 * In networks of few layers there is nothing to race for: each layer is examined alone on all samples with the threshold of each method, as `search_qtable` does it, and every size is measured.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function race(options: RaceOptions = {}): SearchStrategy {
  checkOptions('race', options, { metric, expectedCos: similarity, mostLoss: loss, mostLayers: count, fewSamples: count })
  const target = qualityTarget('race', options)
  return {
    name: 'race',
    *search(space) {
      const open = openLayers(space)
      const usual = Math.min(open.length, Math.max(5, Math.floor(open.length / 5)))
      const most = Math.min(open.length, options.mostLayers ?? usual)
      const few = Math.min(options.fewSamples ?? 4, Math.max(1, space.samples))
      const course = searchCourse({ trial: trialOf(space, []), ranking: [] }, space.samples)
      const isSmall = !layersRace(open.length)
      course.expected = isSmall ? expectedOfFew(space, open.length, most) : expectedRuns(space, open.length, few)
      const [before] = yield* auditSets(course, space, target, [{ floats: [], table: plainTable }])
      if (open.length > 0 && target.isReached(before!) !== true) {
        const race: Race = {
          course,
          space,
          target,
          most,
          weighed: weighSamples(course.best.losses, target, space.samples),
          before: before!,
        }
        yield* isSmall ? walkFew(race) : raceMany(race, few, usual)
      }
      const isLimited = course.best.reached === false && most < open.length
      return { ...course.best, ...(isLimited ? { limit: most } : {}), notes: course.notes.take() }
    },
  }
}

/** How many trials a race measures, once for each sample: all in codes and some sets on all, layers by halving, and a few sets on some samples. */
function expectedRuns({ samples, methods }: SearchSpace, layers: number, few: number): number {
  const halving = (layers * few) / 2
  const tables = methods.size === 0 ? 0 : (methods.size + 1) * 2 * few
  return samples * (1 + usualAudits) + halving + tables + scoutSamples * (usualSizes + 4)
}

/** How many a walk over few layers measures: all in codes and each layer with each table, then sets of each size. */
function expectedOfFew({ samples, methods }: SearchSpace, layers: number, most: number): number {
  const tables = Math.max(1, methods.size)
  return samples * (2 + tables + layers * tables + 4 * most) + 2 * layers * (2 * tables + most)
}

/** Until a set is measured, as many of the worst layers in float as there may be are a better end of the search than none: whoever has to end it measures that. */
function guess({ course, space, most }: Race, ranking: readonly RankedLayer[]): void {
  const worst = ranking.slice(0, most).map(({ layer }) => layer)
  course.guess = { trial: trialOf(space, worst), ranking }
}

/** What a set of float layers is looked for by. */
interface Race {
  readonly course: SearchCourse
  readonly space: SearchSpace
  readonly target: QualityTarget
  readonly most: number
  readonly weighed: readonly TellingSample[]
  /** The loss without any. */
  readonly before: number
}

/** A race whose layers are ranked. */
interface RankedRace extends Race {
  readonly chosen: ChosenTable
  /** The layers, the worst first. */
  readonly order: readonly string[]
}

/** Few layers take little to examine all of: each alone with the threshold of each method on all samples, then sets of each size with every table. */
function* walkFew(race: Race): SearchPart<void> {
  const { course, space, target, most, weighed } = race
  const open = openLayers(space)
  const learned = ({ ranking }: { readonly ranking: readonly RankedLayer[] }) => {
    course.best = { ...course.best, ranking }
    guess(race, ranking)
  }
  const { ranking, ranges } = yield* walkLayers(course, space, {
    layers: open,
    floats: open.map(({ name }) => name),
    metric: target.metric,
    learned,
  })
  const samples = spreadSamples(weighed, scoutSamples)
  const tables = yield* withTuned(race, [...tablesOf(space), ...(ranges.size > 0 ? [{ ranges }] : [])], weighed)
  if (course.best.reached === false) yield* askManual(race)
  const order = ranking.map(({ layer }) => layer)
  yield* climbSizes(course, space, target, { order, most, tables, samples })
}

/**
 * What `search_qtable` finds: it walks with the layers of other types in codes, so that other thresholds and other layers come first. Beside what it measures, its worst layers one by one: its own numbers of layers start where users want them to.
 */
function* askManual({ course, space, target, most }: Race): SearchPart<void> {
  if (target.metric !== 'cosine') return
  course.notes.info('the target is missed: layers are examined as search_qtable does it')
  const { ranking, trial } = yield* searchWithin(searchQtable({ expectedCos: 1 - target.wanted }), space, {
    asked: ({ ask }) => course.step(ask),
    measured(trial, losses) {
      const isAllowed = losses.losses['cosine'] !== undefined && floatsIn({ trial }, space) <= most
      if (isAllowed) keepBest(course, target, { trial, losses })
    },
  })
  const table = { ranges: trial.ranges ?? new Map() }
  const sizes = Array.from({ length: Math.min(most, ranking.length, manualLayers) }, (_, i) => i + 1)
  yield* auditSets(
    course,
    space,
    target,
    sizes.map((size) => ({ floats: ranking.slice(0, size).map(({ layer }) => layer), table })),
  )
}

/** The tables, and that which is best with all layers in codes with thresholds tuned on these samples. */
function* withTuned(
  { course, space, target }: Race,
  tables: readonly ChosenTable[],
  samples: readonly TellingSample[],
): SearchPart<readonly ChosenTable[]> {
  const sets = tables.map((table): FloatSet => ({ floats: [], table }))
  const losses = yield* auditSets(course, space, target, sets)
  const loss = Math.min(...losses)
  const tuned = yield* tuneThresholds(course, space, target, { ...sets[losses.indexOf(loss)]!, loss }, samples)
  return [...new Set([...tables, tuned.table])]
}

/** Of many layers most are harmless: few samples tell which are not, and only sets around the smallest that seems to reach the target are measured on all. */
function* raceMany(race: Race, few: number, usual: number): SearchPart<void> {
  const { course, space, target, most, weighed } = race
  const telling = tellingSamples(weighed, 2 * few)
  const ranking = yield* rankAlone(course, space, target, telling.slice(0, few), (order) => guess(race, order))
  for (const { layer, loss } of ranking.slice(0, most)) course.notes.info(`${layer} alone in codes: ${target.metric} loss ${loss}`)
  const chosen = yield* chooseTable(course, space, target, ranking.slice(0, Math.ceil(usual / 2)), telling)
  const order = ranking.map(({ layer }) => layer)
  const ranked: RankedRace = { ...race, chosen, order }
  yield* findSize(ranked)
  if (course.best.reached !== false) return yield* giveLastPlaces(ranked)
  yield* askManual(race)
  const mixed = yield* mixThresholds(course, space, target, chosen, typicalSamples(weighed, few))
  const samples = spreadSamples(weighed, scoutSamples)
  const tables = yield* withTuned(race, [...new Set([chosen, mixed])], samples)
  yield* climbSizes(course, space, target, { order, most, tables, samples })
}

/** Measures sets in `exact` on all samples, around the smallest that is expected to reach the target, until the one below misses it. */
function* findSize(race: RankedRace): SearchPart<void> {
  const { course, space, target, chosen, order, most } = race
  const estimate = yield* estimateSizes(race)
  if (target.wanted === Number.NEGATIVE_INFINITY) {
    const least = estimate.indexOf(Math.min(...estimate))
    yield* auditSets(
      course,
      space,
      target,
      [...new Set([least, most])].map((size) => ({ floats: order.slice(0, size), table: chosen })),
    )
    course.guess = undefined
    return
  }
  // All in codes are known to miss the target with the calibration table alone.
  let [low, high] = [chosen === plainTable ? 0 : -1, most + 1]
  let scale = 1
  for (let audits = 0; audits < mostAudits && high - low > 1; audits++) {
    const guess = estimate.findIndex((loss) => target.isReached(target.lossOfAmount(target.amountOf(loss) * scale)) === true)
    // Where the estimate was wrong once, it may not leap over more than half of what is left.
    const least = audits < 2 ? low + 1 : Math.floor((low + high) / 2)
    const size = Math.min(high - 1, Math.max(least, guess < 0 ? high - 1 : guess))
    // Where the first guess is right, the set with a layer less proves it, and takes little beside it.
    const sizes = (audits === 0 && guess >= 0 ? [size - 1, size] : [size]).filter((each) => each > low)
    const sets = sizes.map((each) => ({ floats: order.slice(0, each), table: chosen }))
    const losses = yield* auditSets(course, space, target, sets)
    course.guess = undefined
    for (const [i, loss] of losses.entries()) {
      if (target.isReached(loss) === true) high = Math.min(high, sizes[i]!)
      else if (sizes[i]! < high) low = Math.max(low, sizes[i]!)
    }
    const last = losses.at(-1)!
    const expected = target.amountOf(estimate[size]!)
    if (Number.isFinite(last) && expected > 0) scale = target.amountOf(last) / expected
  }
}

/** Contests the last places of the best set. */
function* giveLastPlaces({ course, space, target, chosen, order, weighed }: RankedRace): SearchPart<void> {
  const size = floatsIn(course.best, space)
  if (size === 0) return
  const contest = { order, size, chosen, samples: spreadSamples(weighed, scoutSamples) }
  const set = (yield* contestPlaces(course, space, target, contest)).slice(0, size)
  const isNew = !set.every((layer) => order.slice(0, size).includes(layer))
  if (isNew) yield* auditSets(course, space, target, [{ floats: set, table: chosen }])
}

/** The loss of all samples by the number of float layers, as few let expect: measured for some numbers, on a line in between. */
function* estimateSizes({ course, space, target, chosen, order, most, weighed, before }: RankedRace): SearchPart<readonly number[]> {
  const sizes = [...new Set([0, 1, 2, 4, 8, 16, 32, 64, most].filter((size) => size <= most))].sort((a, b) => a - b)
  const unknown = chosen === plainTable ? sizes.slice(1) : sizes
  const trials = unknown.map((size) => trialOf(space, order.slice(0, size), chosen.ranges))
  const found = yield* lossesOn(course, target, trials, spreadSamples(weighed, scoutSamples), 'exact')
  const measured = chosen === plainTable ? [before, ...found] : found
  return Array.from({ length: most + 1 }, (_, size) => {
    const above = sizes.findIndex((each) => each >= size)
    const below = Math.max(0, above - 1)
    const part = above === 0 ? 1 : (size - sizes[below]!) / (sizes[above]! - sizes[below]!)
    return measured[below]! * (1 - part) + measured[above]! * part
  })
}
