import type { SearchResult, SearchSpace, SearchStrategy } from '@q/ir'
import { type ChosenRanges, chooseRanges } from './choose-ranges.ts'
import { type GrownSets, growSet } from './grow-set.ts'
import { type QualityOptions, type QualityTarget, qualityTarget } from './quality-target.ts'
import { type SearchCourse, type SearchPart, searchCourse } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'
import { checkOptions, count, loss, metric, similarity } from './search-options.ts'

/** Options of {@link race}. */
export interface RaceOptions extends QualityOptions {
  /** Layers in float at most. @default a fifth of the layers that are made of codes, at least 5 */
  readonly mostLayers?: number
  /** Samples that layers are compared on. @default 2 */
  readonly fewSamples?: number
}

/** Sets that are measured on all samples at most. */
const mostAudits = 4

/** How much better than wanted a set has to look on the few samples before it is large enough: all samples may be harder. */
const margin = 1.25

/**
 * Looks for the fewest layers that have to stay in float, and measures much less than it could.
 *
 * Ranges are chosen by each layer's own result. On few samples, in `fast`, layers join the float set one by one, always the one that
 * wins most. Which set is large enough is estimated from how all samples compare with the few, and then measured in `exact` on all.
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
      const samples = { first: 0, count: Math.min(options.fewSamples ?? 2, Math.max(1, space.samples)) }
      const course = searchCourse({ trial: trialOf(space, []), ranking: [] })
      course.expected = 4 + open.length * (2 + space.methods.size) + 3 * most
      const before = yield* audit(course, space, target, [], { ranges: new Map(), methodOf: new Map() })
      course.notes.info(`all layers in codes: ${target.metric} loss ${before}`)
      if (open.length === 0 || target.isReached(before) === true) return { ...course.best, notes: course.notes.take() }

      const chosen = yield* chooseRanges(course, space, target, samples)
      const isEnough = (few: number) => target.isReached(few * margin) === true
      const grown = yield* growSet(course, space, { target, chosen, samples, most, isEnough })
      for (const { floats, loss } of grown.sets.slice(1)) course.notes.info(`with ${floats.at(-1)} in float: ${target.metric} loss ${loss}`)
      yield* auditSets(course, space, target, chosen, grown)
      return { ...course.best, notes: course.notes.take() }
    },
  }
}

/** Measures a set in `exact` on all samples; the course keeps the best. */
function* audit(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  floats: readonly string[],
  { ranges }: ChosenRanges,
): SearchPart<number> {
  const trial = trialOf(space, floats, ranges)
  const [losses] = yield course.step({ trials: [trial], metrics: metricsOf(target) })
  const found = target.lossOf(losses)
  const reached = target.isReached(found)
  const each: SearchResult = { trial, ranking: course.best.ranking, ...(losses && { losses }), ...(reached !== undefined && { reached }) }
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

/** Measures sets around the smallest that is expected to reach the target, until its neighbour below is known to miss it. */
function* auditSets(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  chosen: ChosenRanges,
  { sets }: GrownSets,
): SearchPart<void> {
  const known = new Map<number, boolean>()
  let size = sets.length - 1
  for (let audits = 0; audits < mostAudits; audits++) {
    const found = yield* audit(course, space, target, sets[size]!.floats, chosen)
    course.notes.info(`measured with ${size} layers in float: ${target.metric} loss ${found}`)
    const reached = target.isReached(found)
    if (reached === undefined || !Number.isFinite(found)) break
    known.set(size, reached)
    const scale = sets[size]!.loss > 0 ? found / sets[size]!.loss : 1
    const low = Math.max(-1, ...[...known].filter(([, good]) => !good).map(([each]) => each))
    const high = Math.min(sets.length, ...[...known].filter(([, good]) => good).map(([each]) => each))
    if (high - low <= 1 || low === sets.length - 1) break
    const guess = sets.findIndex((set) => target.isReached(set.loss * scale))
    size = Math.min(high - 1, Math.max(low + 1, guess < 0 ? high - 1 : guess))
  }
}
