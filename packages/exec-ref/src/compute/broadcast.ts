import { elementCount } from '@q/ir'

import type { Numbers } from '../kernel.ts'
import { sameKind, stridesOf } from '../operands.ts'

/**
 * Copies elements in the C order of `shape`, from `data` walked with `steps`: element `i` of each axis lies `steps[axis]`
 * further (0 repeats, negative walks down). The one loop behind transposing, slicing, repeating and broadcasting.
 */
export function gatherStrided(data: Numbers, shape: readonly number[], steps: readonly number[], start = 0): Numbers {
  const result = sameKind(data, elementCount(shape))
  if (result.length === 0) return result
  const rank = shape.length
  if (rank === 0) {
    result[0] = data[start]!
    return result
  }
  const last = shape[rank - 1]!
  const step = steps[rank - 1]!
  const index = shape.map(() => 0)
  let from = start
  for (let to = 0; to < result.length; ) {
    for (let i = 0, at = from; i < last; i++, at += step) result[to++] = data[at]!
    let axis = rank - 2
    for (; axis >= 0; axis--) {
      from += steps[axis]!
      if (++index[axis]! < shape[axis]!) break
      from -= steps[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return result
}

/** The elements repeated to `to` (NumPy rules); the same array when there is nothing to repeat. */
export function broadcastTo(data: Numbers, from: readonly number[], to: readonly number[]): Numbers {
  if (data.length === elementCount(to)) return data
  const steps = stridesOf(from)
  const skip = to.length - from.length
  return gatherStrided(
    data,
    to,
    to.map((_, i) => (i < skip || from[i - skip] === 1 ? 0 : steps[i - skip]!)),
  )
}
