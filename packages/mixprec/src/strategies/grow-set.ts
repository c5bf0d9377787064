import type { RankedLayer, SampleSpan, SearchSpace } from '@q/ir'
import type { ChosenRanges } from './choose-ranges.ts'
import type { QualityTarget } from './quality-target.ts'
import { rankLayers } from './rank-layers.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { neighboursOf, openLayers, trialOf } from './search-layers.ts'

/** How a set of float layers grows. */
export interface SetGrowth {
  readonly target: QualityTarget
  readonly chosen: ChosenRanges
  /** Few samples, all of them measured by every trial. */
  readonly samples: SampleSpan
  /** Layers in the set at most. */
  readonly most: number
  /** How good a layer is, of what it wins and its share of all operations. @default what it wins */
  readonly worth?: (won: number, share: number) => number
  /** Whether a set with this loss on the few samples is good enough to end. @default never */
  readonly isEnough?: (loss: number) => boolean
  /** What each layer alone wins, when that is known. @default measured */
  readonly alone?: ReadonlyMap<string, number>
}

/** Sets of float layers, each with one layer more than the one before; the first is empty. */
export interface GrownSets {
  readonly sets: readonly { readonly floats: readonly string[]; readonly loss: number }[]
  /** What each layer alone wins in float, the most first. */
  readonly ranking: readonly RankedLayer[]
}

/** How many of the most promising layers are measured again before one is added. */
const contenders = 3

/**
 * Adds one layer after the other, the one that wins most beside those in the set. What a layer won is measured again only when it is
 * among the most promising, or next to a layer that was just added: codes between two layers vanish when both are in float, so a
 * neighbour is worth more than before. Layers in front of a change are not run again by who keeps their values.
 */
export function* growSet(course: SearchCourse, space: SearchSpace, growth: SetGrowth): SearchPart<GrownSets> {
  const { target, chosen, samples, most, worth = (won) => won, isEnough = () => false } = growth
  const layers = openLayers(space)
  const operations = Math.max(
    1,
    space.layers.reduce((sum, layer) => sum + layer.operations, 0),
  )
  const shareOf = new Map(layers.map(({ name, operations: own }) => [name, own / operations]))
  const { consumers, producers } = neighboursOf(space)
  function* lossesOf(sets: readonly (readonly string[])[]): SearchPart<readonly number[]> {
    const trials = sets.map((floats) => trialOf(space, floats, chosen.ranges))
    const ask = { trials, samples, metrics: [target.metric], precision: 'fast' } as const
    return (yield course.step(ask)).map(target.lossOf)
  }

  const names = layers.map(({ name }) => name)
  course.open = names
  const [before = Number.POSITIVE_INFINITY, ...alone] = yield* lossesOf([[], ...(growth.alone ? [] : names.map((name) => [name]))])
  const won = new Map(growth.alone ?? names.map((name, i) => [name, difference(before, alone[i]!)]))
  const ranking = rankLayers([...won].map(([layer, loss]) => rankedLayer(layer, loss, chosen)))
  course.best = { ...course.best, ranking }
  course.open = []

  const sets = [{ floats: [] as readonly string[], loss: before }]
  const isFresh = new Set(growth.alone ? [] : names)
  const worthOf = (layer: string) => worth(won.get(layer)!, shareOf.get(layer)!)
  while (sets.length <= most && sets.length <= names.length && !isEnough(sets.at(-1)!.loss)) {
    const { floats, loss } = sets.at(-1)!
    const left = names.filter((name) => !floats.includes(name)).sort((a, b) => descending(worthOf(a), worthOf(b)))
    const last = floats.at(-1)
    const beside = last === undefined ? [] : [...consumers(last), ...producers(last)]
    const asked = left.filter((name, place) => (place < contenders || beside.includes(name)) && !isFresh.has(name))
    const losses = asked.length === 0 ? [] : yield* lossesOf(asked.map((name) => [...floats, name]))
    asked.forEach((name, i) => {
      won.set(name, difference(loss, losses[i]!))
      isFresh.add(name)
    })
    const measured = left.filter((name) => isFresh.has(name))
    const added = measured.reduce((best, name) => (worthOf(name) > worthOf(best) ? name : best))
    sets.push({ floats: [...floats, added], loss: loss - won.get(added)! })
    isFresh.clear()
  }
  return { sets, ranking }
}

function rankedLayer(layer: string, loss: number, { methodOf }: ChosenRanges): RankedLayer {
  const method = methodOf.get(layer)
  return { layer, loss, ...(method !== undefined && { method }) }
}

const descending = (a: number, b: number): number => (a === b ? 0 : b - a)

/** What is won; nothing where that cannot be said. */
const difference = (before: number, after: number): number =>
  Number.isFinite(before) && Number.isFinite(after) ? before - after : Number.isFinite(after) ? Number.MAX_VALUE : 0
