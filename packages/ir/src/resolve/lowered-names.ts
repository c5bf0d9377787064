import { QError } from '../errors.ts'
import type { Value } from '../graph/types.ts'
import type { LoweredNode } from './lower-context.ts'
import { sameValue } from './same-nodes.ts'

/** Which lowered layers have a value of which name. */
export interface LoweredNames {
  /** What a place has now in the place of what it had. */
  put(place: number, lowered: LoweredNode | null): void
  /**
   * Makes sure that one name stands for one thing, among the names put since the last call. Layers may share a constant: the same elements, the same type.
   *
   * @throws QError `LOWERING_NAME` naming both layers
   */
  check(): void
}

/** No names yet. @param layerAt the layer of a place, for messages */
export function createLoweredNames(backend: string, layerAt: (place: number) => string): LoweredNames {
  const owners = new Map<string, Map<number, Value>>()
  const own = new Map<number, readonly Value[]>()
  const news = new Set<string>()
  return {
    put(place, lowered) {
      for (const { name } of own.get(place) ?? []) owners.get(name)?.delete(place)
      const values = lowered?.values ?? []
      own.set(place, values)
      for (const value of values) {
        const list = owners.get(value.name) ?? new Map<number, Value>()
        owners.set(value.name, list.set(place, value))
        if (list.size > 1) news.add(value.name)
      }
    },
    check() {
      for (const name of news) {
        const [[first, value], ...others] = [...owners.get(name)!] as [[number, Value], ...[number, Value][]]
        const other = others.find(([, each]) => !sameValue(value, each))
        if (other !== undefined) throw twice(name, layerAt(first), layerAt(other[0]), value.constant !== undefined)
      }
      news.clear()
    },
  }

  function twice(name: string, first: string, second: string, isConstant: boolean): QError {
    return new QError('LOWERING_NAME', `${backend} lowers ${first} and ${second} with two things under the one name ${name}`, {
      at: [first, second],
      found: isConstant ? 'two constants with other elements or types' : 'two values with other types',
      wanted: 'a name of its own for each',
      hint: 'name what a lowering makes after its layer, as `<layer>_<part>`',
    })
  }
}
