import type { RankedLayer, SearchLayer, SearchResult, SearchSpace, Trial } from '@q/ir'
import { rankLayers } from './rank-layers.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { operatorsOf, similarityOf, trialOf } from './search-layers.ts'

/** How float layers grow from the front of a network. */
export interface FloatGrowth {
  /** All layers in codes. */
  readonly start: SearchResult
  readonly expectedCos: number
  /** The similarity of its own result below which a layer becomes float, with its block. */
  readonly minLayerCos: number
  /** More layers than that end the search. */
  readonly most: number
  /** What becomes float with a layer, itself included. `fused` are the layers right before it that the quantized graph has no values for. */
  readonly blockOf: (layer: string, fused: readonly string[]) => readonly string[]
  /** Whether a layer just follows the layers before it into float. @default none does */
  readonly follows?: (layer: SearchLayer, floats: ReadonlySet<string>) => boolean
}

/** Operators that are never examined. */
const skipped: ReadonlySet<string> = new Set(['top.Input', 'top.Softmax'])

/**
 * The walk of TPU-MLIR's `run_qtable` and `mix_search`: in the order of the graph, each layer whose own result is less similar to the
 * float model's than `minLayerCos` becomes float with its block, unless that makes the outputs less similar than all codes are. It
 * ends when they exceed the expected similarity or when there are too many float layers. Returns the most similar trial it saw, and
 * the layers with how dissimilar each was when it was looked at.
 */
export function* growFloats(course: SearchCourse, space: SearchSpace, growth: FloatGrowth): SearchPart<SearchResult> {
  const { start, expectedCos, minLayerCos, most, blockOf, follows = () => false } = growth
  const before = similarityOf(start.losses)
  const isWalked = ({ name, type, hasCodes }: SearchLayer) => hasCodes && !skipped.has(type) && !space.pinned.has(name)
  const looked: RankedLayer[] = []
  let floats: ReadonlySet<string> = new Set()
  let fused: string[] = []
  let waiting = operatorsOf(space)
  course.expected = 2 + waiting.length / 4
  let known: ReadonlyMap<string, number> | undefined
  while (waiting.length > 0) {
    known ??= yield* ownSimilarities(course, trialOf(space, floats), waiting.filter(isWalked))
    const [layer, ...rest] = waiting as readonly [SearchLayer, ...SearchLayer[]]
    waiting = rest
    course.open = rest.filter(isWalked).map(({ name }) => name)
    const own = known.get(layer.name)
    if (floats.has(layer.name) || !isWalked(layer) || follows(layer, floats)) {
      if (isWalked(layer)) floats = new Set([...floats, layer.name])
      fused = []
      continue
    }
    if (own === undefined) {
      fused.push(layer.name)
      continue
    }
    looked.push({ layer: layer.name, loss: 1 - own })
    course.best = { ...course.best, ranking: rankLayers(looked) }
    const block = blockOf(layer.name, fused)
    fused = []
    if (own >= minLayerCos) continue
    const grown = new Set([...floats, ...block])
    const score = yield* measure(course, trialOf(space, grown), expectedCos)
    if (score < before) continue
    floats = grown
    known = undefined
    if (score > expectedCos || grown.size > most) break
  }
  course.open = []
  return { ...course.best, ranking: rankLayers(looked) }
}

/** How similar each layer's own result is; layers without a value are left out. */
function* ownSimilarities(course: SearchCourse, trial: Trial, layers: readonly SearchLayer[]): SearchPart<ReadonlyMap<string, number>> {
  if (layers.length === 0) return new Map()
  const names = layers.map(({ name }) => name)
  const [answer] = yield course.step({ trials: [trial], layers: names, outputs: false, metrics: ['cosine'] })
  return new Map([...(answer?.layers ?? [])].map(([layer, losses]) => [layer, 1 - (losses['cosine'] ?? Number.POSITIVE_INFINITY)]))
}

/** The similarity of a trial's outputs, which is kept as the best when it is. */
function* measure(course: SearchCourse, trial: Trial, expectedCos: number): SearchPart<number> {
  const [losses] = yield course.step({ trials: [trial], metrics: ['cosine'] })
  const score = similarityOf(losses)
  if (losses !== undefined && score > similarityOf(course.best.losses))
    course.best = { ...course.best, trial, losses, reached: score > expectedCos }
  return score
}
