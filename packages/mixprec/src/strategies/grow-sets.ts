import type { SearchSpace } from '@q/ir'
import { auditSets, type FloatSet } from './audit-sets.ts'
import type { ChosenTable } from './choose-table.ts'
import type { QualityTarget } from './quality-target.ts'
import { rankTrials } from './rank-trials.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { trialOf } from './search-layers.ts'
import type { TellingSample } from './telling-samples.ts'
import { type MeasuredSet, tuneThresholds } from './tune-thresholds.ts'

/** What sets grow by. */
export interface SetGrowth {
  /** The tables that sets grow with, each by itself. */
  readonly tables: readonly ChosenTable[]
  /** The layers that may become float, the worst alone first. */
  readonly order: readonly string[]
  /** Samples that layers are compared on: all layers on every third of them, the better third on the others. */
  readonly samples: readonly TellingSample[]
}

/** Sets of float layers, one of each table. */
export interface GrowingSets {
  /** The tables that are still in play. */
  tables(): readonly ChosenTable[]
  /** Adds a layer to each set that is still in play. */
  grow(): SearchPart<void>
}

/** One part in so many of the layers is compared on all samples that layers are compared on. */
const part = 3
/** How many of the layers that win most on these are measured on all. */
const finalists = 2

/**
 * Sets that grow by the layer that wins most beside those that are in float already, while all others are in codes. A layer alone in codes shows its own error; where errors make up for each other,
 * another layer than the worst wins most, and it depends on the thresholds which. Each time, the better half of the sets goes on, and as layers double, the best has its thresholds tuned, see {@link tuneThresholds}. All is measured in `exact`, the best two in the end on all samples.
 */
export function growingSets(course: SearchCourse, space: SearchSpace, target: QualityTarget, growth: SetGrowth): GrowingSets {
  const { order, samples } = growth
  let inPlay: readonly FloatSet[] = growth.tables.map((table) => ({ table, floats: [] }))
  return {
    tables: () => inPlay.map(({ table }) => table),
    *grow() {
      const next = inPlay.map(({ table, floats }) =>
        order.filter((layer) => !floats.includes(layer)).map((layer): FloatSet => ({ table, floats: [...floats, layer] })),
      )
      const trials = next.map((sets) => sets.map(({ floats, table }) => trialOf(space, floats, table.ranges)))
      const ranked = yield* rankTrials(course, target, trials, { samples, part })
      const best = next.map((sets, i) => ranked[i]!.slice(0, finalists).map((place) => sets[place]!))
      const losses = yield* auditSets(course, space, target, best.flat())
      const measured = best.flat().map((set, i): MeasuredSet => ({ ...set, loss: losses[i]! }))
      const grown = best.flatMap((sets) => leastFirst(measured.filter(({ table }) => table === sets[0]!.table)).slice(0, 1))
      const [first, ...others] = leastFirst(grown).slice(0, Math.ceil(grown.length / 2))
      if (first === undefined) return
      inPlay = [isDue(first.floats.length) ? yield* tuneThresholds(course, space, target, first, samples) : first, ...others]
    },
  }
}

/** Thresholds are chosen anew for one layer in float, two, four, eight: that takes as much as the layers times the methods. */
const isDue = (size: number): boolean => Number.isInteger(Math.log2(size))

const leastFirst = (sets: readonly MeasuredSet[]): readonly MeasuredSet[] =>
  [...sets].sort((a, b) => (a.loss === b.loss ? 0 : a.loss - b.loss))
