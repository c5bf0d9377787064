import { describe, expect, it } from 'vitest'
import { nullBackend } from '../../conformance/null-backend.ts'
import { node } from '../../conformance/small-graph.ts'
import type { RangeStep } from '../../contracts/target.ts'
import { after, graphOf, numbers, seen } from '../fixtures/settled-ranges.ts'
import { frameOf } from '../frame.ts'
import { createRangeStore } from './range-store.ts'

describe('a selection', () => {
  const step: RangeStep = [{ rule: 'cover-constants', ops: ['Where'] }]
  const values = { c: seen(0, 1), x: seen(-2, 2), nine: numbers(9), y: seen(-3, 3) }
  const nodes = [node('Where', ['c', 'x', 'nine'], ['y'])]

  it('covers its numbers and gives its range to the other branch', () => {
    const { range } = after(graphOf(values, nodes, ['y']), [step])
    expect(range('y')).toEqual([-0.9, 9])
    expect(range('x')).toEqual([-0.9, 9])
  })

  /* As TPU-MLIR 1.30.2 has it: a ReLU behind the selection has given it a range from 0 on. */
  it('has a sign where a number beyond its range is negative, and none where it is not', () => {
    const ranges = (number: number) => {
      const graph = graphOf({ ...values, nine: numbers(number), y: seen(0, 0.5) }, nodes, ['y'])
      return after(graph, [step]).range('y')
    }
    expect(ranges(-0.75)).toEqual([-0.075, 0.75].map((each) => expect.closeTo(each)))
    expect(ranges(0.75)).toEqual([0, 0.75])
    expect(ranges(-0.25)).toEqual([0, 0.5])
  })

  it('leaves the branch alone when the plan keeps it in float', () => {
    const { range } = after(graphOf(values, nodes, ['y']), [step], ['y'])
    expect(range('x')).toEqual([-2, 2])
  })

  it('follow the mode of the layer: with it the ranges of its branches change', () => {
    const graph = graphOf({ c: seen(0, 1), x: seen(-1, 1), nine: numbers(9), y: seen(-1, 1) }, nodes, ['y'])
    let isFloat = true
    const frame = frameOf(graph, nullBackend(), { mode: 'F32', asymmetric: false, highPrecision: false })
    const store = createRangeStore(frame, [step], () => isFloat)
    store.settle()
    expect(store.settled('x')).toEqual({ min: -1, max: 1 })
    isFloat = false
    store.touch('y')
    expect([...store.settle()]).toEqual(['x'])
    expect(store.settled('x')).toEqual(store.settled('y'))
  })
})
