import { describe, expect, it } from 'vitest'
import { lowerOne, symmetric } from '../../test/lower-one.ts'
import type { RoundingMode } from '../number/rounding.ts'
import { asTable } from './activation.ts'
import type { TableForm } from './lookup-table.ts'

describe('a table of an activation', () => {
  const whole = { min: -127, max: 127 }
  const half = { Softsign: () => (x: number) => x / 2 }
  /** The codes of half of 1, 3, 5, -1 and -3, all in steps of 1. */
  const codes = (cast: RoundingMode, form: TableForm = {}) => {
    const scheme = { ...symmetric, rounding: { ...symmetric.rounding, cast } }
    const lowered = lowerOne(asTable(half, form), 'x: f32[2]; y = Softsign(x)', { x: whole, y: whole }, { scheme })
    return [1, 3, 5, 255, 253].map((place) => lowered.constant('y_table')[place])
  }

  it('is rounded as floats are that become codes', () => {
    expect(codes('half-to-even')).toEqual([0, 2, 2, 0, -2])
    expect(codes('down')).toEqual([0, 1, 2, -1, -2])
    expect(codes('half-away-from-zero')).toEqual([1, 2, 3, -1, -2])
  })

  it('is rounded as the chip says, where that is another way', () => {
    expect(codes('down', { rounding: 'up' })).toEqual([1, 2, 3, 0, -1])
  })
})
