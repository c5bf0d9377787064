import type { SearchResult, SearchSpace, SearchStrategy, Trial, TrialLosses } from '@q/ir'
import { floatsIn, metricsOf } from './audit-sets.ts'
import { type ChosenTable, chooseTable } from './choose-table.ts'
import { contestPlaces } from './contest-places.ts'
import { floatShare } from './float-share.ts'
import { type QualityOptions, type QualityTarget, qualityTarget } from './quality-target.ts'
import { race } from './race.ts'
import { rankLayers } from './rank-layers.ts'
import { type SearchCourse, type SearchPart, searchCourse } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'
import { checkOptions, count, loss, metric, similarity } from './search-options.ts'
import { searchWithin } from './search-within.ts'
import { spreadSamples, tellingSamples, weighSamples } from './telling-samples.ts'
import { tuneThresholds } from './tune-thresholds.ts'
import { walkLayers } from './walk-layers.ts'

/** Options of {@link pareto}. */
export interface ParetoOptions extends QualityOptions {
  /** Layers in float at most. @default a fifth of the layers that are made of codes, at least 5 */
  readonly mostLayers?: number
  /** Samples that tables are compared on. @default 8 */
  readonly fewSamples?: number
}

/** A point of a front. */
type Point = NonNullable<SearchResult['front']>[number]

/** Samples that the last places of a set are contested on. */
const contestSamples = 6
/** Sets that are measured side by side: what they have in common is computed once. */
const sideBySide = 4

/**
 * A whole front: trials none of which is worse than another in all of its loss, the share of the arithmetic that is done in float and the
 * number of layers that do it.
 *
 * A race is run first, so that no front is worse than that. Then layers are ranked by what each costs alone in codes with its best threshold, on all samples as `search_qtable` does it, and by that for its
 * share of the operations. The worst one, the worst two and so on are measured with these thresholds, with those of the best table and with tuned ones, and
 * again after their last places were contested. The trial returned is the cheapest that reaches the
 * target; without one, that of the least loss.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function pareto(options: ParetoOptions = {}): SearchStrategy {
  checkOptions('pareto', options, { metric, expectedCos: similarity, mostLoss: loss, mostLayers: count, fewSamples: count })
  const target = qualityTarget('pareto', options)
  const { fewSamples: _, ...racing } = options
  return {
    name: 'pareto',
    *search(space) {
      const open = openLayers(space)
      const most = Math.min(open.length, options.mostLayers ?? Math.max(5, Math.floor(open.length / 5)))
      const course = searchCourse({ trial: trialOf(space, []), ranking: [] })
      course.expected = 3 + open.length * Math.max(1, space.methods.size) + 14 * most

      const points: Point[] = []
      const raced = yield* searchWithin(race(racing), space, {
        asked: (step) => ({ ...step, done: 0 }),
        measured(trial, losses) {
          if (floatsIn({ trial }, space) <= most) points.push({ trial, losses, floatShare: floatShare(space, trial) })
        },
      })
      course.best = { trial: raced.trial, ...(raced.losses && { losses: raced.losses }), ranking: raced.ranking }
      const int8 = points.find(({ trial }) => trial.plan.size === space.pinned.size)?.losses
      const weighed = weighSamples(int8, target, space.samples)
      const samples = spreadSamples(weighed, contestSamples)
      const walked = yield* walkLayers(course, space, {
        layers: open,
        floats: open.map(({ name }) => name),
        metric: target.metric,
        learned: ({ ranking }) => {
          course.best = { ...course.best, ranking }
        },
      })
      const { ranking } = walked
      const telling = tellingSamples(weighed, options.fewSamples ?? 8)
      const chosen = yield* chooseTable(course, space, target, ranking.slice(0, Math.ceil(most / 2)), telling)
      const order = ranking.map(({ layer }) => layer)
      const byPrice = rankLayers(ranking.map(({ layer, loss }) => ({ layer, loss: target.amountOf(loss) / priceOf(space, layer) }))).map(
        ({ layer }) => layer,
      )
      function* measure(sets: readonly (readonly string[])[], { ranges }: ChosenTable): SearchPart<void> {
        const trials = sets.map((floats) => trialOf(space, floats, ranges))
        const known = points.map(({ trial }) => trial)
        points.push(...(yield* measureSets(course, space, target, newOnes(trials, known))))
        if (points.length > 0) course.best = { ...choose(frontOf(points, target, space), target), ranking }
      }
      const lossesOfAll = (ranges: ChosenTable['ranges']) => {
        const inCodes = keyOf(trialOf(space, [], ranges))
        return points.find(({ trial }) => keyOf(trial) === inCodes)?.losses
      }
      const sizes = Array.from({ length: most }, (_, i) => i + 1)
      const worst = [[], ...sizes.map((size) => order.slice(0, size))]
      yield* measure(worst, walked)
      yield* measure(worst, chosen)
      const [walkedLoss, chosenLoss] = [walked, chosen].map(({ ranges }) => target.lossOf(lossesOfAll(ranges)))
      const better = walkedLoss! < chosenLoss! ? { ranges: walked.ranges } : chosen
      const start = { floats: [], table: better, loss: Math.min(walkedLoss!, chosenLoss!) }
      const tuned = yield* tuneThresholds(course, space, target, start, samples)
      yield* measure(worst, tuned.table)
      yield* measure(
        sizes.map((size) => byPrice.slice(0, size)),
        chosen,
      )
      const contested: (readonly string[])[] = []
      for (const size of sizes) {
        const contest = { order, size, chosen, samples }
        contested.push((yield* contestPlaces(course, space, target, contest)).slice(0, size))
      }
      yield* measure(contested, chosen)
      yield* measure(contested, walked)
      return { ...course.best, notes: course.notes.take() }
    },
  }
}

/** Measures trials in `exact` on all samples, some at a time. */
function* measureSets(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  trials: readonly Trial[],
): SearchPart<readonly Point[]> {
  const points: Point[] = []
  for (let first = 0; first < trials.length; first += sideBySide) {
    const asked = trials.slice(first, first + sideBySide)
    const answers = yield course.step({ trials: asked, metrics: metricsOf(target) })
    for (const [i, losses] of answers.entries()) {
      const point = { trial: asked[i]!, losses, floatShare: floatShare(space, asked[i]!) }
      points.push(point)
      course.notes.info(`${floatsIn(point, space)} layers in float: ${target.metric} loss ${target.lossOf(losses)}`)
    }
  }
  return points
}

/** The share of all operations that a layer has; one that has next to none is priced as a thousandth. */
function priceOf({ layers }: SearchSpace, name: string): number {
  const all = layers.reduce((sum, { operations }) => sum + operations, 0)
  return (layers.find((layer) => layer.name === name)?.operations ?? 0) / Math.max(1, all) + 1e-3
}

/** A text that trials with the same layers in float and the same ranges have in common. */
const keyOf = ({ plan, ranges = new Map() }: Trial): string =>
  JSON.stringify([[...plan.keys()].sort(), [...ranges].sort(([a], [b]) => (a < b ? -1 : 1))])

/** Those of the trials that differ from the known ones, and from each other, in the layers of their plans or in their ranges. */
function newOnes(trials: readonly Trial[], known: readonly Trial[]): readonly Trial[] {
  const seen = new Set(known.map(keyOf))
  return trials.filter((trial) => {
    const key = keyOf(trial)
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

/** The points that no other is at least as good as in loss, share of the arithmetic and number of layers, the cheapest first. */
function frontOf(points: readonly Point[], { lossOf }: QualityTarget, space: SearchSpace): readonly Point[] {
  const numbersOf = (point: Point) => [point.floatShare, floatsIn(point, space), lossOf(point.losses)] as const
  const sorted = points.map((point) => ({ point, numbers: numbersOf(point) })).sort((a, b) => inOrder(a.numbers, b.numbers))
  const front: typeof sorted = []
  for (const each of sorted) {
    const isBeaten = front.some(({ numbers }) => numbers.every((number, i) => number <= each.numbers[i]!))
    if (!isBeaten) front.push(each)
  }
  return front.map(({ point }) => point)
}

/** The cheapest that reaches the target; else, or without one, that of the least loss. */
function choose(front: readonly Point[], { lossOf, isReached }: QualityTarget): Omit<SearchResult, 'ranking'> {
  const isGood = ({ losses }: { readonly losses: TrialLosses }) => isReached(lossOf(losses))
  const { trial, losses } = front.find((point) => isGood(point) === true) ?? leastLoss(front, lossOf)
  const reached = isGood({ losses })
  return { trial, losses, front, ...(reached !== undefined && { reached }) }
}

function leastLoss(front: readonly Point[], lossOf: QualityTarget['lossOf']): Point {
  return front.reduce((best, point) => (lossOf(point.losses) < lossOf(best.losses) ? point : best))
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((number, i) => number !== b[i])
  return differs < 0 ? 0 : a[differs]! - b[differs]!
}
