import { createReferenceExecutor } from '@q/exec-ref'
import type { IntegerScheme } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { failedWith, withScheme } from './mutations.ts'
import { nova } from './nova.ts'

const exact = { kind: 'scale-shift', bits: 32 } as const
const mantissa = { kind: 'quantized-multiplier' } as const
const power = { kind: 'shift' } as const
const everywhere = <T>(encoding: T) => ({ sum: encoding, operand: encoding, product: encoding, cast: encoding })

const signed = { bits: 8, sign: 'signed', zeroPoint: 'none' } as const
const offset = { bits: 8, sign: 'signed', zeroPoint: 'by-range' } as const
const unsigned = { bits: 8, sign: 'unsigned', zeroPoint: 'none' } as const
const filters = { ...signed, granularity: 'per-axis' } as const
const toNearest = { requantize: 'half-up', cast: 'half-to-even', weight: 'half-to-even' } as const
const awayFromZero = { requantize: 'half-away-from-zero', cast: 'half-away-from-zero', weight: 'half-away-from-zero' } as const

const plain: IntegerScheme = {
  kind: 'integer',
  activations: signed,
  weights: filters,
  multipliers: everywhere(exact),
  rounding: toNearest,
}

/** Chips that compute exactly what their schemes say, each with an arithmetic of its own. */
const chips: Readonly<Record<string, Partial<IntegerScheme>>> = {
  'TensorFlow Lite, 8 bits with zero points': { activations: offset, multipliers: everywhere(mantissa), rounding: awayFromZero },
  'TensorFlow Lite, activations of 16 bits': {
    activations: { ...signed, bits: 16 },
    multipliers: everywhere(mantissa),
    bias: 'i64',
    rounding: awayFromZero,
  },
  'two roundings of operands around the middle code': {
    activations: { bits: 8, sign: 'unsigned', zeroPoint: 'middle' },
    multipliers: { ...everywhere(mantissa), product: power },
  },
  'codes of 4 bits': { activations: { ...signed, bits: 4 }, weights: { ...filters, bits: 4 } },
  'codes of 4 bits, two roundings': {
    activations: { bits: 4, sign: 'by-range', zeroPoint: 'none' },
    weights: { ...filters, bits: 4 },
    multipliers: everywhere(mantissa),
    rounding: awayFromZero,
  },
  'tables of 16 bits that are cut off': {
    activations: { bits: 16, sign: 'unsigned', zeroPoint: 'by-range' },
    bias: 'i64',
    rounding: { ...toNearest, cast: 'toward-zero' },
  },
  'tables that are rounded down': { rounding: { ...toNearest, cast: 'down' } },
  'products that are shifted': { multipliers: { ...everywhere(exact), product: power } },
  'products that are shifted, with zero points': { activations: offset, multipliers: { ...everywhere(exact), product: power } },
  'sums that are shifted': { multipliers: { ...everywhere(exact), sum: power } },
  'multipliers of three bits': { multipliers: everywhere({ kind: 'doubling', largest: 7 } as const) },
  'nothing below zero': { activations: unsigned },
  'nothing below zero, powers of two': {
    activations: { ...unsigned, scale: 'power-of-two' },
    weights: { ...filters, scale: 'power-of-two' },
    multipliers: everywhere(power),
  },
  'nothing below zero, 16 bits': { activations: { ...unsigned, bits: 16 }, bias: 'i64' },
  'weights of 4 bits that miss the ends of their range': {
    activations: { bits: 16, sign: 'unsigned', zeroPoint: 'middle', scale: 'power-of-two' },
    weights: { bits: 4, sign: 'unsigned', zeroPoint: 'by-range' },
  },
  'weights that are rounded down': {
    activations: { bits: 16, sign: 'unsigned', zeroPoint: 'middle', scale: 'power-of-two' },
    weights: { ...filters, bits: 4, granularity: 'per-tensor' },
    multipliers: { ...everywhere(exact), sum: power },
    rounding: { ...toNearest, weight: 'down' },
  },
  'products of 16 bits that have no room for a bias': { activations: { ...offset, bits: 16 }, weights: { ...filters, bits: 16 } },
}

describe('the suite passes an honest chip', () => {
  it.each(Object.entries(chips))('%s', async (_, more) => {
    const failed = await failedWith(
      () => createReferenceExecutor(),
      () => withScheme(nova(), { ...plain, ...more }),
      (title) => title.includes(': '),
    )
    expect(failed).toEqual([])
  })
})
