import { describe, expect, it } from 'vitest'
import { nullBackend } from '../../conformance/null-backend.ts'
import { f32, node, type SmallValue, smallGraph } from '../../conformance/small-graph.ts'
import type { RangeStep } from '../../contracts/target.ts'
import type { Graph, Node } from '../../graph/types.ts'
import { frameOf } from '../frame.ts'
import { createRangeStore } from './range-store.ts'

const shape = [1, 2, 2, 2]

/** A tensor seen between `min` and `max`; without bounds not calibrated. */
const seen = (min?: number, max?: number): SmallValue => ({
  type: { ...f32(...shape), ...(min === undefined ? {} : { range: { min, max: max! } }) },
})

const numbers = (...constant: readonly number[]): SmallValue => ({ type: f32(constant.length), constant })

const graphOf = (values: Readonly<Record<string, SmallValue>>, nodes: readonly Node[], outputs: readonly string[]): Graph =>
  smallGraph({ stage: 'float', values, nodes, outputs })

function after(graph: Graph, steps: readonly RangeStep[], inFloat: readonly string[] = []) {
  const frame = frameOf(graph, nullBackend(), { mode: 'F32', asymmetric: false, highPrecision: false })
  const store = createRangeStore(frame, steps, (layer) => inFloat.includes(layer))
  store.settle()
  return {
    nodes: graph.nodes.map(store.ordered),
    range: (name: string) => {
      const range = store.settled(name)
      return range === undefined ? undefined : [range.min, range.max]
    },
  }
}

describe('a selection', () => {
  const step: RangeStep = [{ rule: 'cover-constants', ops: ['Where'] }]
  const values = { c: seen(0, 1), x: seen(-2, 2), nine: numbers(9), y: seen(-3, 3) }
  const nodes = [node('Where', ['c', 'x', 'nine'], ['y'])]

  it('covers its numbers and gives its range to the other branch', () => {
    const { range } = after(graphOf(values, nodes, ['y']), [step])
    expect(range('y')).toEqual([-0.9, 9])
    expect(range('x')).toEqual([-0.9, 9])
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
