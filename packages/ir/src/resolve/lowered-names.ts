import { isConstant } from '../graph/is-constant.ts'
import type { Value } from '../graph/types.ts'
import type { LoweredNode } from './lower-context.ts'
import type { MadeNames } from './made-names.ts'
import { renameLowered } from './rename-lowered.ts'
import { sameValue } from './same-nodes.ts'

/**
 * The lowered layers under names that no two of them share for different things: the first in the order of the graph keeps the name it gave, others
 * have it with their layer. Layers may share a constant: the same elements, the same type.
 */
export interface LoweredNames {
  /** What a place has now in the place of what it had. @returns the places whose lowered layers may have other names now, the place itself among them */
  put(place: number, lowered: LoweredNode | null): Iterable<number>
  /** The lowered layer of a place under its names; the same object while nothing has changed. */
  of(place: number): LoweredNode
}

/** What a layer calls by a name. */
interface Claim {
  readonly place: number
  readonly value: Value
}

/** A lowered layer, what it makes by name, and its form under the names of now, where that is known. */
interface Named {
  readonly lowered: LoweredNode
  readonly made: ReadonlyMap<string, Value>
  known?: { readonly renames: string; readonly lowered: LoweredNode } | undefined
  isOpen: boolean
}

/** No layers yet. @param layerAt the layer of a place */
export function createLoweredNames(names: MadeNames, layerAt: (place: number) => string): LoweredNames {
  const claims = new Map<string, Claim[]>()
  const layers = new Map<number, Named>()

  /** Takes up or gives up a name. @returns the layers that look at who has it first, where that is another one now */
  const claim = (name: string, place: number, value: Value | undefined): readonly number[] => {
    const list = claims.get(name) ?? []
    const before = list[0]?.value
    const at = list.findIndex((each) => each.place >= place)
    const from = at < 0 ? list.length : at
    list.splice(from, list[from]?.place === place ? 1 : 0, ...(value === undefined ? [] : [{ place, value }]))
    if (list.length === 0) claims.delete(name)
    else claims.set(name, list)
    const now = list[0]?.value
    const isSame = before !== undefined && now !== undefined && list[0]!.place !== place && before === now
    return list.length < 2 && before === undefined ? [] : isSame ? [] : list.map((each) => each.place)
  }
  const isShared = (name: string, place: number, value: Value): boolean => {
    const [first] = claims.get(name)!
    return first!.place === place || (isConstant(value) && sameValue(first!.value, value))
  }
  return {
    put(place, lowered) {
      const before = layers.get(place)
      if (before !== undefined && before.lowered === lowered) return []
      const made = new Map<string, Value>()
      for (const value of lowered?.values ?? []) if (!names.isTaken(value.name)) made.set(value.name, value)
      const affected = new Set([place])
      for (const name of before?.made.keys() ?? [])
        if (!made.has(name)) for (const each of claim(name, place, undefined)) affected.add(each)
      for (const [name, value] of made) for (const each of claim(name, place, value)) affected.add(each)
      if (lowered === null) layers.delete(place)
      else layers.set(place, { lowered, made, isOpen: true })
      for (const each of affected) {
        const layer = layers.get(each)
        if (layer !== undefined) layer.isOpen = true
      }
      return affected
    },
    of(place) {
      const layer = layers.get(place)!
      if (!layer.isOpen) return layer.known!.lowered
      const renames = new Map<string, string>()
      for (const [name, value] of layer.made) if (!isShared(name, place, value)) renames.set(name, names.apart(name, layerAt(place)))
      const text = [...renames.keys()].join('\n')
      if (layer.known?.renames !== text) layer.known = { renames: text, lowered: renameLowered(layer.lowered, renames) }
      layer.isOpen = false
      return layer.known.lowered
    },
  }
}
