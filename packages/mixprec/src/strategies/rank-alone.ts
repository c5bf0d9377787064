import type { RankedLayer, SearchSpace } from '@q/ir'
import type { QualityTarget } from './quality-target.ts'
import { rankLayers } from './rank-layers.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'

/**
 * What each open layer costs in codes while all others are in float, estimated by successive halving: every layer on the first quarter of
 * the samples, the worse half on the second quarter too, the worse half of those on the rest. Alone, a layer's loss is its own and can
 * only be above zero, so that few samples tell much; what a layer wins in float beside others in codes hides among their errors.
 */
export function* rankAlone(
  course: SearchCourse,
  space: SearchSpace,
  { metric, lossOf }: QualityTarget,
  samples: number,
): SearchPart<readonly RankedLayer[]> {
  const names = openLayers(space).map(({ name }) => name)
  const sums = new Map<string, { readonly loss: number; readonly samples: number }>()
  const ranked = () => rankLayers([...sums].map(([layer, sum]) => ({ layer, loss: sum.loss / sum.samples })))
  let contenders: readonly string[] = names
  for (const { first, count } of quarters(samples)) {
    if (contenders.length === 0) break
    const trials = contenders.map((layer) => {
      const others = names.filter((name) => name !== layer)
      return trialOf(space, others)
    })
    course.open = contenders
    const answers = yield course.step({ trials, samples: { first, count }, metrics: [metric], precision: 'fast' })
    contenders.forEach((layer, i) => {
      const before = sums.get(layer) ?? { loss: 0, samples: 0 }
      sums.set(layer, { loss: before.loss + lossOf(answers[i]) * count, samples: before.samples + count })
    })
    const order = ranked()
    course.best = { ...course.best, ranking: order }
    const staying = new Set(contenders)
    contenders = order
      .map(({ layer }) => layer)
      .filter((layer) => staying.has(layer))
      .slice(0, Math.ceil(contenders.length / 2))
  }
  course.open = []
  return ranked()
}

/** A quarter of the samples, another, and the rest; fewer spans of one sample each when there are fewer than four. */
function quarters(samples: number): readonly { readonly first: number; readonly count: number }[] {
  const quarter = Math.max(1, Math.floor(samples / 4))
  const spans = [0, quarter, 2 * quarter].map((first, i) => ({ first, count: Math.min(i === 2 ? samples : quarter, samples - first) }))
  return spans.filter(({ count }) => count > 0)
}
