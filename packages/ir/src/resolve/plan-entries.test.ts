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

  it('a number less a tensor alone, where the target says so', () => {
    const entry = (a: SmallValue, b: SmallValue) => {
      const each = node('Sub', ['a', 'b'], ['y'])
      const graph = smallGraph({ stage: 'float', values: { a, b, y: seen(2) }, nodes: [each], outputs: ['y'] })
      return automaticEntry(each, graph, targetOf({ cancellingFromNumber: 'F32' }), true, (name) => graph.values.get(name)!.type.range)
    }
    const number: SmallValue = { type: f32(1), constant: [1] }
    expect([entry(number, seen(3)), entry(number, seen(2)), entry(seen(3), number), entry(seen(3), seen(3))]).toEqual([
      'F32',
      undefined,
      undefined,
      undefined,
    ])
  })

  it('nothing for sums of next to nothing, of three operands, or of values without a range', () => {
    expect(entryFor('Add', seen(1), seen(1e-9), seen(1))).toBeUndefined()
    expect(entryFor('Add', seen(1e-9), seen(1), seen(1))).toBeUndefined()
    expect(entryFor('Add', seen(1), seen(2e-8), seen(1))).toBe('F16')
    expect(entryFor('Add', { type: f32(2) }, seen(1), seen(1))).toBeUndefined()
  })

  it('by the larger side of a range', () => {
    const range = (min: number, max: number): SmallValue => ({ type: { ...f32(2), range: { min, max } } })
    expect(entryFor('Add', range(-65, 1), range(0, 1), seen(66))).toBe('F16')
    expect(entryFor('Add', range(-1, 65), range(-1, 0), seen(66))).toBe('F16')
    expect(entryFor('Sub', range(-4, 1), range(0, 1), range(-3, 3.5))).toBe('F32')
  })

  it('a difference whose second operand is larger, but none without ranges', () => {
    expect(entryFor('Sub', seen(3), seen(4), seen(3.5))).toBe('F32')
    expect(entryFor('Sub', seen(4), { type: f32(2) }, seen(3))).toBe('F32')
    expect(entryFor('Sub', { type: f32(2) }, { type: f32(2) }, seen(3))).toBeUndefined()
    expect(entryFor('Sub', seen(4), seen(3), { type: f32(2) })).toBeUndefined()
    expect(entryFor('Sub', { type: f32(2), constant: [5, -4] }, seen(3), seen(5))).toBeUndefined()
  })

  it('nothing for other operators, nor where the target has no such rule', () => {
    expect(entryFor('Mul', seen(65), seen(1), seen(1))).toBeUndefined()
    const each = node('Add', ['a', 'b'], ['y'])
    const graph = smallGraph({ stage: 'float', values: { a: seen(65), b: seen(1), y: seen(66) }, nodes: [each], outputs: ['y'] })
    const entry = (rules: AutomaticPlan) => automaticEntry(each, graph, targetOf(rules), true, (name) => graph.values.get(name)!.type.range)
    expect([entry({ cancellingSub: 'F32' }), entry({ unevenAdd: 'F32' })]).toEqual([undefined, 'F32'])
    const silent = nullBackend().target
    expect(automaticEntry(each, graph, silent, true, (name) => graph.values.get(name)!.type.range)).toBeUndefined()
  })
})
