import { allOps, opSet, parseGraph } from '@q/ir'
import { defineOp, float, like, one, own } from '@q/ir/ops'
import { describe, expect, it } from 'vitest'
import { writeTop } from '../index.ts'
import { topBook } from '../top/top-book.ts'

/** An operator whose row in the table of spellings was forgotten to grow with it. */
const steep = defineOp({
  name: 'Softsign',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { slope: float(1) },
  infer: ({ x }) => ({ y: like(x) }),
})
const graph = (attrs: string) =>
  parseGraph(`x: f32[1,4]; y = Softsign(x)${attrs}`, opSet([...[...allOps.values()].filter(({ name }) => name !== 'Softsign'), steep]))

describe('what a Top file says of an attribute', () => {
  it.each(['', ' {slope = 3}'])('an attribute without a field is refused, at its default too: Softsign%s', (attrs) => {
    expect(() => writeTop(graph(attrs))).toThrow(/no place for the attribute slope of this Softsign/)
  })

  it.each([...topBook.byOp].map(([op, spellings]) => ({ op, spellings })))(
    '$op has a field for each of its attributes',
    ({ op, spellings }) => {
      const said = spellings.flatMap(({ fields }) => fields.flatMap(({ attr }) => attr ?? []))
      const isReadByHand = spellings.some(({ read }) => read !== undefined)
      // A spelling with a condition for writing may refuse what it has no field for.
      const isRefused = spellings.every(({ writes }) => writes !== undefined)
      const silent = Object.keys(allOps.get(op)!.attrs).filter((name) => !said.includes(name))
      expect(isReadByHand || isRefused ? [] : silent).toEqual([])
    },
  )
})
