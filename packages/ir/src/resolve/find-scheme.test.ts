import { describe, expect, it } from 'vitest'
import { smallSchemes } from '../conformance/small-graph.ts'
import type { IntegerScheme } from '../contracts/scheme.ts'
import { schemeFor } from './find-scheme.ts'

const { INT8, F16 } = smallSchemes

describe('a scheme for an operator', () => {
  const scheme: IntegerScheme = {
    ...INT8,
    rounding: { requantize: 'half-up', requantizeOf: { ConvTranspose: 'up', Mul: 'down' }, cast: 'half-to-even', weight: 'half-up' },
  }

  it.each([
    ['ConvTranspose', 'up'],
    ['Mul', 'down'],
    ['Mul#constant', 'down'],
    ['Conv', 'half-up'],
  ] as const)('rounds requantized numbers of %s %s', (form, requantize) => {
    expect(schemeFor(scheme, form).rounding).toMatchObject({ requantize, cast: 'half-to-even', weight: 'half-up' })
  })

  it('is the same object each time, and the scheme itself where nothing is other', () => {
    expect(schemeFor(scheme, 'Mul')).toBe(schemeFor(scheme, 'Mul#constant'))
    expect(schemeFor(scheme, 'Conv')).toBe(scheme)
    expect(schemeFor(INT8, 'Mul')).toBe(INT8)
    expect(schemeFor(F16, 'Mul')).toBe(F16)
  })
})
