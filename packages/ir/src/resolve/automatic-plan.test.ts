import { describe, expect, it } from 'vitest'
import { f32, node, type SmallValue, smallGraph } from '../conformance/small-graph.ts'
import type { AutomaticPlan } from '../contracts/target.ts'
import { defineTarget } from '../contracts/target.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { automaticPlan } from './automatic-plan.ts'

const targetOf = (rules: AutomaticPlan) =>
  defineTarget({
    name: 'toy',
    modes: ['INT8'],
    defaultFloat: 'F32',
    floatModes: ['F32'],
    ops: {},
    rangeSteps: [],
    tolerance: {},
    automaticPlan: rules,
    rounding: { requantize: 'half-up', cast: 'half-away-from-zero', weight: 'half-away-from-zero' },
  })

const seen = (max: number): SmallValue => ({ type: { ...f32(2), range: { min: -max, max } } })

function planFor(
  op: string,
  a: SmallValue,
  b: SmallValue,
  y: SmallValue,
  { plan = new Map<string, QuantMode>(), mode = 'INT8' as QuantMode } = {},
) {
  const graph = smallGraph({ stage: 'float', values: { a, b, y }, nodes: [node(op, ['a', 'b'], ['y'])], outputs: ['y'] })
  return [...automaticPlan(graph, plan, targetOf({ unevenAdd: 'F16', cancellingSub: 'F32' }), mode)]
}

describe('entries the target adds', () => {
  it('a sum whose operands differ by more than 64', () => {
    expect(planFor('Add', seen(65), seen(1), seen(66))).toEqual([['y', 'F16']])
    expect(planFor('Add', seen(1), seen(65), seen(66))).toEqual([['y', 'F16']])
    expect(planFor('Add', seen(64), seen(1), seen(65))).toEqual([])
  })

  it('not a sum with a constant', () => {
    expect(planFor('Add', seen(65), { type: f32(2), constant: [1, 1] }, seen(66))).toEqual([])
  })

  it('a difference smaller than one of its operands, in integer modes', () => {
    expect(planFor('Sub', seen(4), seen(3), seen(3.5))).toEqual([['y', 'F32']])
    expect(planFor('Sub', seen(4), seen(3), seen(4))).toEqual([])
    expect(planFor('Sub', { type: f32(2), constant: [5, -6] }, seen(3), seen(5))).toEqual([['y', 'F32']])
    expect(planFor('Sub', seen(4), seen(3), seen(2), { mode: 'F16' })).toEqual([])
  })

  it('never an entry the caller made', () => {
    expect(planFor('Add', seen(65), seen(1), seen(66), { plan: new Map([['y', 'INT8']]) })).toEqual([['y', 'INT8']])
  })
})
