import { floatOps, parseGraph } from '@q/ir'
import { draftOf } from '@q/ir/graph'
import { describe, expect, it } from 'vitest'
import { applyRules } from '../net/rules.ts'
import { joinSlices } from './join-slices.ts'

/** Two Slices of `x: f32[2,6]` along the columns, joined; the rows of the second from `row` on. */
function joined(first: readonly [number, number], second: readonly [number, number], row = 0): readonly string[] {
  const slice = ([from, to]: readonly [number, number], top: number): string =>
    `Slice(x) {ends = [${top + 1}, ${to}], starts = [${top}, ${from}], steps = [1, 1]}`
  const net = draftOf(
    parseGraph(`x: f32[2,6]\na = ${slice(first, 0)}\nb = ${slice(second, row)}\nc = Concat(a, b) {axis = -1}\ny = Relu(c)`),
  )
  applyRules(net, { Concat: [joinSlices] })
  const graph = net.finish({ ops: floatOps })
  return graph.nodes.map(({ op, inputs, attrs }) =>
    [op, ...inputs, ...(op === 'Slice' ? [attrs['starts'], attrs['ends']].map((each) => `[${each}]`) : [])].join(' '),
  )
}

describe('a Concat of Slices', () => {
  it('of neighbouring ranges is one Slice', () => {
    expect(joined([1, 3], [3, 5])).toEqual(['Slice x [0,1] [1,5]', 'Relu c'])
  })

  it('stays where the ranges are apart, in another order, or of other rows', () => {
    expect(joined([1, 3], [4, 5])).toHaveLength(4)
    expect(joined([3, 5], [1, 3])).toHaveLength(4)
    expect(joined([1, 3], [3, 5], 1)).toHaveLength(4)
  })

  it('of the whole tensor is the tensor', () => {
    const slice = (from: number, to: number): string => `Slice(x) {ends = [2, ${to}], starts = [0, ${from}], steps = [1, 1]}`
    const net = draftOf(parseGraph(`x: f32[2,6]\na = ${slice(0, 2)}\nb = ${slice(2, 6)}\nc = Concat(a, b) {axis = 1}\ny = Relu(c)`))
    applyRules(net, { Concat: [joinSlices] })
    expect(net.nodes().map(({ op, inputs }) => [op, ...inputs])).toEqual([['Relu', 'x']])
  })
})
