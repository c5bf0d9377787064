import type { Tensor, TensorType } from '@q/ir'
import { QError } from '@q/ir'
import type { ElementSpelling } from './element-types.ts'

/** A weight as one of its users has it written. */
export interface PlannedWeight {
  readonly name: string
  readonly type: TensorType
  readonly constant: Tensor | undefined
  readonly elementName: ElementSpelling['name']
}

/**
 * The weights that nodes want written, by name, in the form of their first user.
 *
 * @throws QError `WEIGHT_SHARED` when another user wants other elements under the same name
 */
export function weightsByName(wanted: Iterable<PlannedWeight>): ReadonlyMap<string, PlannedWeight> {
  const weights = new Map<string, PlannedWeight>()
  for (const weight of wanted) {
    const first = weights.get(weight.name)
    if (first === undefined) weights.set(weight.name, weight)
    else if (!isSame(first, weight)) {
      throw new QError('WEIGHT_SHARED', `two layers store the weight ${weight.name} in different orders`, {
        at: [weight.name],
        found: `[${first.type.shape.join(', ')}] and [${weight.type.shape.join(', ')}]`,
        wanted: 'one order of its elements for all its users',
        hint: 'give one of the layers a copy of the weight under another name',
      })
    }
  }
  return weights
}

function isSame(a: PlannedWeight, b: PlannedWeight): boolean {
  if (a.type.dtype !== b.type.dtype || a.type.shape.join() !== b.type.shape.join()) return false
  if (a.constant === b.constant) return true
  const { data } = a.constant ?? {}
  const other = b.constant?.data
  return data !== undefined && other !== undefined && data.length === other.length && data.every((each, i) => Object.is(each, other[i]))
}
