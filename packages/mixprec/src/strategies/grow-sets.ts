import type { SearchSpace } from '@q/ir'
import { auditSets } from './audit-sets.ts'
import type { ChosenTable } from './choose-table.ts'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { trialOf } from './search-layers.ts'
import { lossesOn, type TellingSample } from './telling-samples.ts'

/** What sets grow by. */
export interface SetGrowth {
  /** The tables that sets grow with, each by itself. */
  readonly tables: readonly ChosenTable[]
  /** The layers that may become float, the worst alone first. */
  readonly order: readonly string[]
  /** Samples that layers are compared on: all layers on the first of them, the better third on the others. */
  readonly samples: readonly TellingSample[]
}

/** Sets of float layers, one of each table. */
export interface GrowingSets {
  /** Adds a layer to each. */
  grow(): SearchPart<void>
}

/** A set that might be the next one. */
interface Contender {
  readonly floats: readonly string[]
  loss: number
}

/** One part in so many of the samples decides which layers go on, and one part in so many of these do. */
const part = 3
/** How many of the layers that win most on some samples are measured on all. */
const finalists = 2

/**
 * Sets that grow by the layer that wins most beside those that are in float already, while all others are in codes. A layer alone in codes shows its own error; where errors make up for each other,
 * another layer than the worst wins most, and it depends on the thresholds which. All is measured in `exact`, the best two in the end on all samples.
 */
export function growingSets(course: SearchCourse, space: SearchSpace, target: QualityTarget, growth: SetGrowth): GrowingSets {
  const { tables, order, samples } = growth
  const grown = tables.map((table) => ({ table, floats: [] as readonly string[] }))
  const few = samples.filter((_, place) => place % part === part - 2 || samples.length < part)
  const others = samples.filter((sample) => !few.includes(sample))

  function* compare(contenders: readonly (readonly Contender[])[], on: readonly TellingSample[]): SearchPart<void> {
    const trials = contenders.flatMap((each, i) => each.map(({ floats }) => trialOf(space, floats, tables[i]!.ranges)))
    if (trials.length === 0 || on.length === 0) return
    const losses = yield* lossesOn(course, target, trials, on, 'exact')
    const weight = on.reduce((sum, each) => sum + each.weight, 0)
    for (const [i, contender] of contenders.flat().entries()) contender.loss += target.amountOf(losses[i]!) * weight
  }
  return {
    *grow() {
      const contenders = grown.map(({ floats }) =>
        order.filter((layer) => !floats.includes(layer)).map((layer): Contender => ({ floats: [...floats, layer], loss: 0 })),
      )
      yield* compare(contenders, few)
      const better = contenders.map((each) => winners(each, Math.ceil(each.length / part)))
      yield* compare(better, others)
      for (const [i, set] of grown.entries()) {
        const sets = winners(better[i]!, finalists).map(({ floats }) => floats)
        if (sets.length === 0) continue
        const losses = yield* auditSets(course, space, target, sets, set.table)
        set.floats = sets[Math.max(0, losses.indexOf(Math.min(...losses)))]!
      }
    },
  }
}

/** So many that lose least, the first of equal ones before others. */
const winners = (contenders: readonly Contender[], count: number): readonly Contender[] =>
  [...contenders].sort((a, b) => (a.loss < b.loss ? -1 : a.loss > b.loss ? 1 : 0)).slice(0, count)
