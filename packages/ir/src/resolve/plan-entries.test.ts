import { describe, expect, it } from 'vitest'
import { nullBackend } from '../conformance/null-backend.ts'
import { f32, node, type SmallValue, smallGraph } from '../conformance/small-graph.ts'
import type { AutomaticPlan } from '../contracts/target.ts'
import { automaticEntry } from './plan-entries.ts'

const targetOf = (rules: AutomaticPlan) => ({ ...nullBackend().target, automaticPlan: rules })

const seen = (max: number): SmallValue => ({ type: { ...f32(2), range: { min: -max, max } } })

function entryFor(op: string, a: SmallValue, b: SmallValue, y: SmallValue, isInteger = true) {
  const each = node(op, ['a', 'b'], ['y'])
  const graph = smallGraph({ stage: 'float', values: { a, b, y }, nodes: [each], outputs: ['y'] })
  const target = targetOf({ unevenAdd: 'F16', cancellingSub: 'F32' })
  return automaticEntry(each, graph, target, isInteger, (name) => graph.values.get(name)!.type.range)
}

describe('entries the target adds', () => {
  it('a sum whose operands differ by more than 64', () => {
    expect(entryFor('Add', seen(65), seen(1), seen(66))).toBe('F16')
    expect(entryFor('Add', seen(1), seen(65), seen(66))).toBe('F16')
    expect(entryFor('Add', seen(64), seen(1), seen(65))).toBeUndefined()
  })

  it('not a sum with a constant', () => {
    expect(entryFor('Add', seen(65), { type: f32(2), constant: [1, 1] }, seen(66))).toBeUndefined()
  })

  it('a difference smaller than one of its operands, in integer modes', () => {
    expect(entryFor('Sub', seen(4), seen(3), seen(3.5))).toBe('F32')
    expect(entryFor('Sub', seen(4), seen(3), seen(4))).toBeUndefined()
    expect(entryFor('Sub', { type: f32(2), constant: [5, -6] }, seen(3), seen(5))).toBe('F32')
    expect(entryFor('Sub', seen(4), seen(3), seen(2), false)).toBeUndefined()
  })
})
