import { type FormView, numberAttr, refuse } from '../normalize/form.ts'

/** What an Attention is of. */
export interface AttentionSizes {
  /** Heads stand side by side along the last axis of the operands, which have three axes, and of the result. */
  readonly isFlat: boolean
  readonly batch: number
  readonly queryHeads: number
  /** Of keys and values; each serves as many heads of queries as there are more of those. */
  readonly keyHeads: number
  readonly queries: number
  /** Keys that are remembered. */
  readonly past: number
  /** Keys, remembered ones included. */
  readonly keys: number
  readonly size: number
  readonly valueSize: number
}

/** The sizes of an Attention. @throws QError for operands that do not fit each other, or that nothing says how to take */
export function attentionSizes(view: FormView): AttentionSizes {
  const [query, key, value] = [0, 1, 2].map((place) => view.type(place).shape) as [number[], number[], number[]]
  const isFlat = query.length === 3
  if ((query.length !== 3 && query.length !== 4) || key.length !== query.length || value.length !== query.length)
    refuse(view, 'Attention of operands with these axes is not supported', listed([query, key, value]), 'three axes each, or four')
  const queryHeads = headsOf(view, 'q_num_heads', query)
  const keyHeads = headsOf(view, 'kv_num_heads', key)
  if (queryHeads % keyHeads !== 0)
    refuse(view, 'Attention with these heads is not supported', `${queryHeads} of queries, ${keyHeads} of keys`, 'a multiple')
  const [batch, queries] = [query[0]!, query.at(-2)!]
  const size = isFlat ? query[2]! / queryHeads : query[3]!
  const valueSize = isFlat ? value[2]! / keyHeads : value[3]!
  const shapeOf = (heads: number, count: number, each: number): readonly number[] =>
    isFlat ? [batch, count, heads * each] : [batch, heads, count, each]
  const added = key.at(-2)!
  check(view, 'K', key, shapeOf(keyHeads, added, size))
  check(view, 'V', value, shapeOf(keyHeads, added, valueSize))
  if (!Number.isInteger(valueSize)) refuse(view, 'heads do not divide the values', `[${value.join(', ')}]`, `a multiple of ${keyHeads}`)
  const past = pastOf(view)
  if (past > 0) {
    check(view, 'past_key', view.type(4).shape, [batch, keyHeads, past, size])
    check(view, 'past_value', view.type(5).shape, [batch, keyHeads, past, valueSize])
  }
  return { isFlat, batch, queryHeads, keyHeads, queries, past, keys: past + added, size, valueSize }
}

/** How many heads an operand has: of four axes the second says it, and the attribute nothing else. */
function headsOf(view: FormView, attr: 'q_num_heads' | 'kv_num_heads', shape: readonly number[]): number {
  const isFlat = shape.length === 3
  const count = isFlat || view.attrs[attr] !== undefined ? numberAttr(view, attr) : shape[1]!
  if (isFlat ? count < 1 || shape[2]! % count !== 0 : count !== shape[1])
    refuse(
      view,
      `Attention with this ${attr} is not supported`,
      `${attr} ${count} of [${shape.join(', ')}]`,
      isFlat ? `a divisor of ${shape[2]}` : `${shape[1]}`,
    )
  return count
}

function pastOf(view: FormView): number {
  const [key, value] = [view.inputs[4], view.inputs[5]]
  if ((key === undefined) !== (value === undefined))
    refuse(
      view,
      'Attention with a part of what it remembers is not supported',
      key === undefined ? 'past_value' : 'past_key',
      'both or none',
    )
  return key === undefined ? 0 : view.type(4).shape[2]!
}

function check(view: FormView, name: string, found: readonly number[], wanted: readonly number[]): void {
  if (found.join() === wanted.join()) return
  refuse(view, `Attention with ${name} of this shape is not supported`, `[${found.join(', ')}]`, `[${wanted.join(', ')}]`)
}

const listed = (shapes: readonly (readonly number[])[]): string => shapes.map((shape) => `[${shape.join(', ')}]`).join(', ')
