import { describe, expect, it } from 'vitest'
import { node, smallSchemes } from '../conformance/small-graph.ts'
import { defineTarget } from '../contracts/target.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import { checkSettings, chooseMode } from './choose-mode.ts'
import { findScheme, schemeOf } from './find-scheme.ts'

const { INT8, F16, F32 } = smallSchemes
const zeros = { ...INT8, activations: { bits: 8, sign: 'by-range', zeroPoint: 'by-range' } } as const
const target = defineTarget({
  name: 'toy',
  modes: ['INT8', 'F16', 'F32'],
  schemes: { INT8, F16, F32 },
  asymmetricSchemes: { INT8: zeros },
  defaultFloat: 'F16',
  floatModes: ['F16', 'F32'],
  ops: { Mul: { INT8: 'INT8', F16: 'F16' }, 'Mul#constant': { INT8: 'F16', F16: 'F32' }, Relu: { INT8: 'INT8' } },
  highPrecision: { Mul: 'F32' },
  rangeSteps: [],
  tolerance: {},
})
const { asymmetricSchemes: _, ...symmetric } = target
const settings = { mode: 'INT8', asymmetric: false, highPrecision: false }
const mul = node('Mul', ['a', 'b'], ['y'])

describe('the mode of a layer', () => {
  const choose = (form: 'Mul' | 'Mul#constant' | 'Relu', entry?: QuantMode, more = {}) =>
    chooseMode(form === 'Relu' ? node('Relu', ['a'], ['y']) : mul, form, entry, target, { ...settings, ...more })

  it('is that of its entry, else that of the graph, as the target has it for the form or the operator', () => {
    expect([choose('Mul'), choose('Mul', 'F16'), choose('Mul#constant'), choose('Mul#constant', 'F16')]).toEqual([
      'INT8',
      'F16',
      'F16',
      'F32',
    ])
    expect(chooseMode(mul, 'Mul#constant', undefined, { ...target, ops: { Mul: { INT8: 'INT8' } } }, settings)).toBe('INT8')
  })

  it('is the wider one where high precision is wanted and the target has one', () => {
    expect(choose('Mul', undefined, { highPrecision: true })).toBe('F32')
    expect(choose('Mul', 'F16', { highPrecision: true })).toBe('F32')
    expect(choose('Relu', undefined, { highPrecision: true })).toBe('INT8')
    expect(chooseMode(mul, 'Mul', undefined, { ...target, highPrecision: {} }, { ...settings, highPrecision: true })).toBe('INT8')
  })

  it('is refused with the modes there are, or the operators there are', () => {
    expect(() => choose('Relu', 'F16')).toThrow(
      expect.objectContaining({ code: 'MODE_UNSUPPORTED', at: ['y'], found: 'F16', wanted: 'INT8', kind: 'usage' }),
    )
    expect(() => chooseMode(node('Sin', ['a'], ['y']), 'Sin', undefined, target, settings)).toThrow(
      expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['y'], found: 'Sin' }),
    )
  })
})

describe('the mode of a graph', () => {
  it('is one that the target has', () => {
    expect(() => checkSettings(target, settings)).not.toThrow()
    expect(() => checkSettings(target, { ...settings, mode: 'BF16' })).toThrow(
      expect.objectContaining({ code: 'MODE_UNSUPPORTED', at: [], found: 'BF16', wanted: 'INT8, F16, F32' }),
    )
  })

  it('has zero points only where the target describes them', () => {
    expect(() => checkSettings(target, { ...settings, asymmetric: true })).not.toThrow()
    expect(() => checkSettings(symmetric, { ...settings, asymmetric: true })).toThrow(
      expect.objectContaining({ code: 'MODE_UNSUPPORTED', found: 'INT8 asymmetric' }),
    )
    expect(() => checkSettings(symmetric, settings)).not.toThrow()
  })
})

describe('the scheme of a mode', () => {
  it('is the one with zero points where they are wanted and there is one', () => {
    expect(findScheme(target, 'INT8', settings)).toBe(INT8)
    expect(findScheme(target, 'INT8', { asymmetric: true })).toBe(zeros)
    expect(findScheme(target, 'F16', { asymmetric: true })).toBe(F16)
    expect(findScheme(symmetric, 'INT8', { asymmetric: true })).toBe(INT8)
  })

  it('is nothing for a mode without one, which no target may use', () => {
    expect(findScheme(target, 'BF16', settings)).toBeUndefined()
    expect(() => schemeOf(target, 'BF16', settings)).toThrow(/toy uses the mode BF16/)
    expect(schemeOf(target, 'F32', settings)).toBe(F32)
  })
})

it('who asks for zero points of a chip with one scheme is told whether it has them anyway', () => {
  const asked = { ...settings, asymmetric: true }
  const hint = (text: string) => expect.objectContaining({ code: 'MODE_UNSUPPORTED', hint: expect.stringContaining(text) })
  expect(() => checkSettings(symmetric, asked)).toThrow(hint('have no zero points'))
  expect(() => checkSettings({ ...symmetric, schemes: { ...symmetric.schemes, INT8: zeros } }, asked)).toThrow(
    hint('has zero points anyway'),
  )
})
