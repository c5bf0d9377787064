import type { RankedLayer, SearchSpace } from '@q/ir'
import type { QualityTarget } from './quality-target.ts'
import { rankLayers } from './rank-layers.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'
import { lossesOn, type TellingSample } from './telling-samples.ts'

/** Layers that one question asks for at most: a search that runs out of time knows the answers before. */
const layersOfQuestion = 32

/**
 * What each open layer costs in codes while all others are in float, estimated by successive halving: every layer on the first quarter of
 * the samples, the worse half on the second quarter too, the worse half of those on the rest. Alone, a layer's loss is its own and can
 * only be above zero, so that few samples tell much; what a layer wins in float beside others in codes hides among their errors.
 * Many layers are asked for in several questions, each with layers of the whole network.
 *
 * @param learned is told the ranking whenever more is known of it
 */
export function* rankAlone(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  samples: readonly TellingSample[],
  learned: (ranking: readonly RankedLayer[]) => void = () => {},
): SearchPart<readonly RankedLayer[]> {
  const names = openLayers(space).map(({ name }) => name)
  const sums = new Map<string, { readonly loss: number; readonly weight: number }>()
  const ranked = () => rankLayers([...sums].map(([layer, { loss, weight }]) => ({ layer, loss: target.lossOfAmount(loss / weight) })))
  let contenders: readonly string[] = names
  for (const quarter of quarters(samples)) {
    if (contenders.length === 0) break
    const weight = quarter.reduce((sum, each) => sum + each.weight, 0)
    let open = contenders
    for (const part of strided(contenders, Math.ceil(contenders.length / layersOfQuestion))) {
      const trials = part.map((layer) => {
        const others = names.filter((name) => name !== layer)
        return trialOf(space, others)
      })
      course.open = open
      const losses = yield* lossesOn(course, target, trials, quarter)
      const known = new Set(part)
      open = open.filter((layer) => !known.has(layer))
      part.forEach((layer, i) => {
        const before = sums.get(layer) ?? { loss: 0, weight: 0 }
        sums.set(layer, { loss: before.loss + target.amountOf(losses[i]!) * weight, weight: before.weight + weight })
      })
      course.best = { ...course.best, ranking: ranked() }
      learned(course.best.ranking)
    }
    const staying = new Set(contenders)
    contenders = ranked()
      .map(({ layer }) => layer)
      .filter((layer) => staying.has(layer))
      .slice(0, Math.ceil(contenders.length / 2))
  }
  course.open = []
  return ranked()
}

/** A quarter of the samples, another, and the rest; where there are fewer than four, one each. */
function quarters<Sample>(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const quarter = Math.max(1, Math.floor(samples.length / 4))
  return [samples.slice(0, quarter), samples.slice(quarter, 2 * quarter), samples.slice(2 * quarter)].filter(({ length }) => length > 0)
}

/** As many parts, every one with each so-manyth of all. */
function strided<Each>(all: readonly Each[], parts: number): readonly (readonly Each[])[] {
  return Array.from({ length: parts }, (_, part) => all.filter((_, place) => place % parts === part))
}
