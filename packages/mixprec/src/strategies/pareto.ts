import type { SearchResult, SearchSpace, SearchStrategy, Trial, TrialLosses } from '@q/ir'
import { chooseTable } from './choose-table.ts'
import { type QualityOptions, type QualityTarget, qualityTarget } from './quality-target.ts'
import { rankAlone } from './rank-alone.ts'
import { rankLayers } from './rank-layers.ts'
import { searchCourse } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'
import { checkOptions, count, loss, metric, similarity } from './search-options.ts'
import { tellingSamples, weighSamples } from './telling-samples.ts'

/** Options of {@link pareto}. */
export interface ParetoOptions extends QualityOptions {
  /** Layers in float at most. @default a fifth of the layers that are made of codes, at least 5 */
  readonly mostLayers?: number
  /** Samples that the worst layers are compared on; the others see fewer. @default 8 */
  readonly fewSamples?: number
}

/** A point of a front. */
type Point = NonNullable<SearchResult['front']>[number]

/**
 * A whole front: trials none of which is worse than another in both its loss and the share of the arithmetic that is done in float.
 *
 * Layers are ranked on few samples by what each costs alone in codes, and by that for its share of the operations. The worst one, the
 * worst two and so on of both orders are measured in `exact` on all samples. The trial returned is the cheapest that reaches the target; without one, that of the least loss.
 *
 * @throws QError `STRATEGY_OPTION`
 */
export function pareto(options: ParetoOptions = {}): SearchStrategy {
  checkOptions('pareto', options, { metric, expectedCos: similarity, mostLoss: loss, mostLayers: count, fewSamples: count })
  const target = qualityTarget('pareto', options)
  return {
    name: 'pareto',
    *search(space) {
      const open = openLayers(space)
      const most = Math.min(open.length, options.mostLayers ?? Math.max(5, Math.floor(open.length / 5)))
      const course = searchCourse({ trial: trialOf(space, []), ranking: [] })
      course.expected = 2 + 2 * open.length + space.methods.size + 2 * most
      const { metric } = target
      const metrics = metric === 'cosine' ? ([metric] as const) : ([metric, 'cosine'] as const)

      const plain = trialOf(space, [])
      const [int8] = yield course.step({ trials: [plain], metrics })
      const telling = tellingSamples(weighSamples(int8, target, space.samples), options.fewSamples ?? 8)
      const ranking = yield* rankAlone(course, space, target, telling)
      const chosen = yield* chooseTable(course, space, target, ranking.slice(0, Math.ceil(most / 2)), telling)
      const byPrice = rankLayers(ranking.map(({ layer, loss }) => ({ layer, loss: loss / priceOf(space, layer) })))
      const sets = [ranking, byPrice].flatMap((order) =>
        Array.from({ length: most + 1 }, (_, size) =>
          trialOf(
            space,
            order.slice(0, size).map(({ layer }) => layer),
            chosen.ranges,
          ),
        ),
      )
      const trials = distinct([plain, ...sets])
      const points: Point[] = []
      for (const trial of trials) {
        const [losses] = yield course.step({ trials: [trial], metrics })
        if (losses === undefined) continue
        points.push({ trial, losses, floatShare: floatShare(space, trial) })
        course.best = { ...choose(frontOf(points, target), target), ranking }
        course.notes.info(`${trial.plan.size - space.pinned.size} layers in float: ${metric} loss ${target.lossOf(losses)}`)
      }
      return { ...course.best, notes: course.notes.take() }
    },
  }
}

/** The share of all operations that a layer has; one that has next to none is priced as a thousandth. */
function priceOf({ layers }: SearchSpace, name: string): number {
  const all = layers.reduce((sum, { operations }) => sum + operations, 0)
  return (layers.find((layer) => layer.name === name)?.operations ?? 0) / Math.max(1, all) + 1e-3
}

/** Trials that differ in the layers of their plans or in having ranges of their own. */
function distinct(trials: readonly Trial[]): readonly Trial[] {
  const keyOf = ({ plan, ranges }: Trial) => JSON.stringify([[...plan.keys()].sort(), ranges?.size ?? 0])
  return [...new Map(trials.map((trial) => [keyOf(trial), trial] as const)).values()]
}

/** The share of all operations that a trial does in float, of layers that have codes otherwise. */
function floatShare({ layers, pinned, floatMode }: SearchSpace, { plan }: Trial): number {
  const operations = (chosen: typeof layers) => chosen.reduce((sum, layer) => sum + layer.operations, 0)
  const floats = layers.filter(({ name, hasCodes }) => hasCodes && plan.get(name) === floatMode && !pinned.has(name))
  return operations(floats) / Math.max(1, operations(layers))
}

/** The points that no other is at least as good as in both and better in one, the cheapest first. */
function frontOf(points: readonly Point[], { lossOf }: QualityTarget): readonly Point[] {
  const sorted = [...points].sort((a, b) => a.floatShare - b.floatShare || order(lossOf(a.losses), lossOf(b.losses)))
  const front: Point[] = []
  for (const point of sorted) {
    const last = front.at(-1)
    if (last === undefined || lossOf(point.losses) < lossOf(last.losses)) front.push(point)
  }
  return front
}

/** The cheapest that reaches the target; else, or without one, that of the least loss. */
function choose(front: readonly Point[], { lossOf, isReached }: QualityTarget): Omit<SearchResult, 'ranking'> {
  const isGood = ({ losses }: { readonly losses: TrialLosses }) => isReached(lossOf(losses))
  const { trial, losses } = front.find((point) => isGood(point) === true) ?? front.at(-1)!
  const reached = isGood({ losses })
  return { trial, losses, front, ...(reached !== undefined && { reached }) }
}

const order = (a: number, b: number): number => (a === b ? 0 : a - b)
