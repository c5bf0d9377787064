import type { RankedLayer, SearchSpace } from '@q/ir'
import { pythonFloat } from './python-text.ts'
import { neighboursOf, operatorsOf } from './search-layers.ts'
import type { SearchNotes } from './search-notes.ts'

/** Which layers stay in float: about `count` of a ranking's first. Tells the ranking where there are notes. */
export type PickLayers = (ranking: readonly RankedLayer[], count: number, notes?: SearchNotes) => readonly string[]

/**
 * The greedy pick of TPU-MLIR: the worst layers until there are `count`; with a Conv the Scales that use it, and with a Scale the
 * Convs that it uses, each counted, so that there may be a few more. What is pinned is never picked.
 */
export function pickLayers(space: SearchSpace): PickLayers {
  const types = new Map(operatorsOf(space).map(({ name, type }) => [name, type]))
  const { consumers, producers } = neighboursOf(space)
  const ofType = (type: string, layers: readonly string[]) =>
    layers.filter((layer) => types.get(layer) === type && !space.pinned.has(layer))

  function companionsOf(layer: string): readonly { readonly text: string; readonly companion: string }[] {
    const type = types.get(layer)
    if (type === 'top.Conv') return ofType('top.Scale', consumers(layer)).map((companion) => ({ text: 'next scale op', companion }))
    if (type === 'top.Scale') return ofType('top.Conv', producers(layer)).map((companion) => ({ text: 'pre conv op', companion }))
    return []
  }

  return (ranking, count, notes) => {
    const picked = new Set<string>()
    let rank = 0
    for (const { layer, loss } of ranking) {
      if (picked.has(layer)) continue
      notes?.info(`the layer ${layer} is ${rank++} sensitive layer, loss is ${pythonFloat(loss)}, type is ${types.get(layer)}`)
      if (picked.size >= count) continue
      picked.add(layer)
      for (const { text, companion } of companionsOf(layer)) {
        notes?.info(`${text}: ${companion}`)
        picked.add(companion)
      }
    }
    return [...picked]
  }
}
