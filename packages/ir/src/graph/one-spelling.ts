import type { AttrSpec } from '../ops/define.ts'
import type { AttrValue } from './types.ts'

/** How many axes the first operand and the first result of a node have, where that is known. */
export interface Ranks {
  readonly operand?: number | undefined
  readonly result?: number | undefined
}

/** The one spelling of an attribute's value among those that mean the same; `undefined` for a value that decides nothing. */
export function oneSpelling({ spelling }: Pick<AttrSpec, 'spelling'>, value: AttrValue | undefined, ranks: Ranks): AttrValue | undefined {
  switch (spelling) {
    case 'idle':
      return undefined
    case 'limit':
      return Number(value) > 0 ? value : -1
    case 'axis':
      return fromFront(value, ranks.operand)
    case 'axes-of-result':
      return fromFront(value, ranks.result)
    default:
      return value
  }
}

/** Axes counted from the front; of a list, which is a set, each once and in order. */
function fromFront(value: AttrValue | undefined, rank: number | undefined): AttrValue | undefined {
  const front = (axis: number): number => (axis < 0 && rank !== undefined ? axis + rank : axis)
  if (typeof value === 'number') return front(value)
  return Array.isArray(value) ? [...new Set((value as readonly number[]).map(front))].sort((a, b) => a - b) : value
}
