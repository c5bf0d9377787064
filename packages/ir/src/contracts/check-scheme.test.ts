import { describe, expect, it } from 'vitest'
import { smallSchemes } from '../conformance/small-graph.ts'
import { schemeDefects } from './check-scheme.ts'

const { INT8, F16 } = smallSchemes

describe('a scheme', () => {
  it('that is sound has no defects', () => {
    expect(schemeDefects(INT8, 'here')).toEqual([])
    expect(schemeDefects(F16, 'here')).toEqual([])
    expect(schemeDefects({ kind: 'float', dtype: 'bf16' }, 'here')).toEqual([])
    expect(schemeDefects({ ...INT8, bias: 'i64', multipliers: { ...INT8.multipliers, sum: { kind: 'shift' } } }, 'here')).toEqual([])
  })

  it('may have any largest multiplier that 32 bits hold', () => {
    const withLargest = (largest: number) => ({ ...INT8, multipliers: { ...INT8.multipliers, sum: { kind: 'doubling', largest } } })
    for (const largest of [1, 127, 2 ** 31 - 1]) expect(schemeDefects(withLargest(largest), 'here')).toEqual([])
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, "here is missing: what the mode stores, { kind: 'integer', … } or { kind: 'float', … }"],
    ['a list', [], 'here is missing'],
    ['null', null, 'here is missing'],
    ['a word', 'INT8', 'here is missing'],
    ['another kind', { kind: 'fixed' }, 'here.kind is "fixed": wanted integer, float'],
    ['a float type that is none', { kind: 'float', dtype: 'f8' }, 'here.dtype is "f8": wanted f32, f16, bf16'],
    ['a rounding of casts that is none', { kind: 'float', dtype: 'f16', rounding: { cast: 'nearest' } }, 'here.rounding.cast is "nearest"'],
    [
      'a style of bfloat16 that is none',
      { kind: 'float', dtype: 'bf16', bf16: 'nearest' },
      'here.bf16 is "nearest": wanted nothing, flush',
    ],
    ['a misspelled member', { ...INT8, activation: {} }, 'here.activation: "activation" is not known; perhaps activations'],
    [
      'a misspelled member of a storage',
      { ...INT8, weights: { ...INT8.weights, granularty: 'per-axis' } },
      'here.weights.granularty: "granularty" is not known; perhaps granularity',
    ],
    [
      'a misspelled rounding',
      { ...INT8, rounding: { ...INT8.rounding, weights: 'up' } },
      'here.rounding.weights: "weights" is not known; perhaps weight',
    ],
    [
      'a range of shifts that is none',
      { ...INT8, multipliers: { ...INT8.multipliers, sum: { kind: 'scale-shift', bits: 8, range: 'negative' } } },
      'here.multipliers.sum.range is "negative": wanted nothing, general, positive',
    ],
    [
      'a rounding of multipliers that is none',
      { ...INT8, multipliers: { ...INT8.multipliers, sum: { kind: 'doubling', rounding: 'up' } } },
      'here.multipliers.sum.rounding is "up": wanted nothing, toward-zero, nearest',
    ],
    [
      'a largest multiplier that is none',
      { ...INT8, multipliers: { ...INT8.multipliers, sum: { kind: 'doubling', largest: 0 } } },
      'here.multipliers.sum.largest is 0: wanted a whole number from 1 to 2147483647',
    ],
    [
      'a largest multiplier that no 32-bit integer is',
      { ...INT8, multipliers: { ...INT8.multipliers, sum: { kind: 'doubling', largest: 2 ** 31 } } },
      'here.multipliers.sum.largest is 2147483648',
    ],
    [
      'a largest multiplier that is not whole',
      { ...INT8, multipliers: { ...INT8.multipliers, sum: { kind: 'doubling', largest: 1.5 } } },
      'here.multipliers.sum.largest is 1.5',
    ],
    ['a member that nothing reads', { ...INT8, acc: 'i32' }, 'here.acc: "acc" is not known'],
    [
      'a scale for each slice of activations',
      { ...INT8, activations: { ...INT8.activations, granularity: 'per-axis' } },
      'here.activations.granularity is "per-axis"',
    ],
    [
      'signed codes around a middle',
      { ...INT8, activations: { ...INT8.activations, sign: 'signed', zeroPoint: 'middle' } },
      'here.activations.zeroPoint is "middle": wanted none, by-range',
    ],
    ['no storage', { ...INT8, weights: undefined }, 'here.weights is missing: { bits, sign, zeroPoint }'],
    ['bits that do not fit', { ...INT8, activations: { ...INT8.activations, bits: 7 } }, 'here.activations.bits is 7: wanted 4, 8, 16'],
    ['a sign that is none', { ...INT8, activations: { ...INT8.activations, sign: 'both' } }, 'here.activations.sign is "both"'],
    ['a scale that is none', { ...INT8, weights: { ...INT8.weights, scale: 'log' } }, 'here.weights.scale is "log": wanted nothing, exact'],
    ['a bias that is none', { ...INT8, bias: 'i16' }, 'here.bias is "i16": wanted nothing, i32, i64'],
    [
      'no encodings',
      { ...INT8, multipliers: undefined },
      'here.multipliers is missing: an encoding for each of sum, operand, product, cast',
    ],
    ['an encoding too few', { ...INT8, multipliers: { ...INT8.multipliers, cast: undefined } }, 'here.multipliers.cast is missing'],
    [
      'an encoding that is none',
      { ...INT8, multipliers: { ...INT8.multipliers, sum: { kind: 'log' } } },
      'here.multipliers.sum.kind is "log"',
    ],
    [
      'bits of a multiplier',
      { ...INT8, multipliers: { ...INT8.multipliers, sum: { kind: 'scale-shift', bits: 16 } } },
      'here.multipliers.sum.bits is 16',
    ],
    ['no rounding', { ...INT8, rounding: undefined }, 'here.rounding is missing: { requantize, cast, weight }'],
    [
      'a rounding for an operator that is none',
      { ...INT8, rounding: { ...INT8.rounding, requantizeOf: { ConvTransposed: 'down' } } },
      'here.rounding.requantizeOf: "ConvTransposed" is not known; perhaps ConvTranspose',
    ],
    [
      'a rounding that is none for an operator',
      { ...INT8, rounding: { ...INT8.rounding, requantizeOf: { ConvTranspose: 'nearest' } } },
      'here.rounding.requantizeOf.ConvTranspose is "nearest"',
    ],
    [
      'roundings of operators that are no object',
      { ...INT8, rounding: { ...INT8.rounding, requantizeOf: 'down' } },
      'here.rounding.requantizeOf is "down": wanted an object',
    ],
    ['a rounding too few', { ...INT8, rounding: { ...INT8.rounding, weight: undefined } }, 'here.rounding.weight is missing'],
  ])('with %s says so', (_, scheme, defect) => {
    const found = schemeDefects(scheme, 'here')
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(defect)
  })
})
