import type { RankedLayer, SearchResult, SearchSpace, SearchStrategy } from '@q/ir'
import { type ChosenTable, chooseTable, plainTable } from './choose-table.ts'
import { type QualityOptions, type QualityTarget, qualityTarget } from './quality-target.ts'
import { rankAlone } from './rank-alone.ts'
import { type SearchCourse, type SearchPart, searchCourse } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'
import { checkOptions, count, loss, metric, similarity } from './search-options.ts'
import { lossesOn, type TellingSample, tellingSamples, typicalSamples, weighSamples } from './telling-samples.ts'

/** Options of {@link race}. */
export interface RaceOptions extends QualityOptions {
  /** Layers in float at most. @default a fifth of the layers that are made of codes, at least 5 */
  readonly mostLayers?: number
  /** Samples that the worst layers are compared on; the others see fewer. @default 4 */
  readonly fewSamples?: number
}

/** Sets that are measured on all samples at most, beside that without float layers. */
const mostAudits = 4

/**
 * Looks for the fewest layers that have to stay in float, and measures much less than it could.
 *
 * Layers race, each alone in codes: all on the sample that loses most, the worse half on the next, the worst quarter on two more, in `fast`;
 * with the worst in float, so do the threshold methods' tables. How many layers are float is estimated on two samples, then measured in `exact` on all.
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
      const most = Math.min(open.length, options.mostLayers ?? Math.max(5, Math.floor(open.length / 5)))
      const few = Math.min(options.fewSamples ?? 4, Math.max(1, space.samples))
      const course = searchCourse({ trial: trialOf(space, []), ranking: [] })
      course.expected = 4 + 2 * open.length + space.methods.size + mostAudits
      const before = yield* audit(course, space, target, [], plainTable)
      course.notes.info(`all layers in codes: ${target.metric} loss ${before}`)
      if (open.length === 0 || target.isReached(before) === true) return { ...course.best, notes: course.notes.take() }

      const weighed = weighSamples(course.best.losses, target, space.samples)
      const telling = tellingSamples(weighed, 2 * few)
      const ranking = yield* rankAlone(course, space, target, telling.slice(0, few))
      for (const { layer, loss } of ranking.slice(0, most)) course.notes.info(`${layer} alone in codes: ${target.metric} loss ${loss}`)
      const chosen = yield* chooseTable(course, space, target, ranking.slice(0, Math.ceil(most / 2)), telling)
      yield* auditSizes({ course, space, target, chosen, ranking, most, samples: typicalSamples(weighed, 2) })
      return { ...course.best, notes: course.notes.take() }
    },
  }
}

/** What sizes of float sets are looked for by. */
interface SizeSearch {
  readonly course: SearchCourse
  readonly space: SearchSpace
  readonly target: QualityTarget
  readonly chosen: ChosenTable
  readonly ranking: readonly RankedLayer[]
  readonly most: number
  /** Samples for estimates. */
  readonly samples: readonly TellingSample[]
}

/** Measures sets in `exact` on all samples, around the smallest that is expected to reach the target, until the one below misses it. */
function* auditSizes(search: SizeSearch): SearchPart<void> {
  const { course, space, target, chosen, ranking, most } = search
  const estimate = yield* estimateSizes(search)
  let [low, high] = [0, most + 1]
  let scale = 1
  for (let audits = 0; audits < mostAudits && high - low > 1; audits++) {
    const guess = estimate.findIndex((loss) => target.isReached(loss * scale) === true)
    // Where the estimate was wrong once, it may not leap over more than half of what is left.
    const least = audits < 2 ? low + 1 : Math.floor((low + high) / 2)
    const size = Math.min(high - 1, Math.max(least, guess < 0 ? high - 1 : guess))
    const floats = ranking.slice(0, size).map(({ layer }) => layer)
    const found = yield* audit(course, space, target, floats, chosen)
    course.notes.info(`${size} layers in float: ${target.metric} loss ${found}`)
    const reached = target.isReached(found)
    if (reached === undefined) return
    if (reached) high = size
    else low = size
    if (Number.isFinite(found) && estimate[size]! > 0) scale = found / estimate[size]!
  }
}

/** The loss of all samples by the number of float layers, as the few samples let expect: measured for some numbers, on a line in between. */
function* estimateSizes({ course, space, target, chosen, ranking, most, samples }: SizeSearch): SearchPart<readonly number[]> {
  const sizes = [...new Set([0, 1, 2, 4, 8, 16, 32, 64, most].filter((size) => size <= most))].sort((a, b) => a - b)
  const worst = (size: number) => ranking.slice(0, size).map(({ layer }) => layer)
  const trials = sizes.map((size) => trialOf(space, worst(size), chosen.ranges))
  const measured = yield* lossesOn(course, target, trials, samples)
  return Array.from({ length: most + 1 }, (_, size) => {
    const above = sizes.findIndex((each) => each >= size)
    const below = Math.max(0, above - 1)
    const part = above === 0 ? 1 : (size - sizes[below]!) / (sizes[above]! - sizes[below]!)
    return measured[below]! * (1 - part) + measured[above]! * part
  })
}

/** Measures a set in `exact` on all samples; the course keeps the best. */
function* audit(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  floats: readonly string[],
  { ranges, method }: ChosenTable,
): SearchPart<number> {
  const trial = trialOf(space, floats, ranges)
  const [losses] = yield course.step({ trials: [trial], metrics: metricsOf(target) })
  const found = target.lossOf(losses)
  const reached = target.isReached(found)
  const each: SearchResult = {
    trial,
    ranking: course.best.ranking,
    ...(losses && { losses }),
    ...(method !== undefined && { method }),
    ...(reached !== undefined && { reached }),
  }
  if (isBetter(each, course.best, target)) course.best = each
  return found
}

/** Beside the target's metric always cosine, which people compare networks by. */
const metricsOf = ({ metric }: QualityTarget) => (metric === 'cosine' ? ([metric] as const) : ([metric, 'cosine'] as const))

/** Fewer layers where both reach the target, less loss else. */
function isBetter(one: SearchResult, other: SearchResult, { lossOf }: QualityTarget): boolean {
  if (other.losses === undefined) return true
  if (one.reached === true && other.reached === true) return one.trial.plan.size < other.trial.plan.size
  if (one.reached !== other.reached) return one.reached === true
  return lossOf(one.losses) < lossOf(other.losses)
}
