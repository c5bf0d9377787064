import { describe, expect, it } from 'vitest'
import { bf16, codes, f16, f32, i32, smallSchemes } from '../conformance/small-graph.ts'
import type { CodeStorage, IntegerScheme } from '../contracts/scheme.ts'
import type { TensorType } from '../graph/types.ts'
import { castNode, isFloatType, usualNeed, wantedType } from './cast-types.ts'

const bytes: CodeStorage = { bits: 8, sign: 'by-range', zeroPoint: 'none' }
const words: CodeStorage = { ...bytes, bits: 16 }
const nibbles: CodeStorage = { ...bytes, bits: 4 }
const range = { min: -2, max: 2 }
const ranged = (type: TensorType): TensorType => ({ ...type, range })

describe('what an operand arrives as when its user says nothing', () => {
  it('codes for codes, the float type of the result for floats, anything for integers', () => {
    const results = [codes('i8', [1]), codes('u16', [1]), f32(1), f16(1), { dtype: 'bf16', shape: [1] } as const, i32(1)]
    expect(results.map(usualNeed)).toEqual(['codes', 'codes', 'f32', 'f16', 'bf16', 'any'])
    expect((['f32', 'f16', 'bf16', 'i8', 'i32', 'bool'] as const).map(isFloatType)).toEqual([true, true, true, false, false, false])
  })
})

describe('the type an operand is cast to', () => {
  const wanted = (type: TensorType, need: 'any' | 'codes' | 'f16' | 'f32', storage = bytes) =>
    wantedType({ name: 'x', type, storage: bytes }, { layer: 'y', need, storage })

  it('none where anything will do, or the type is right', () => {
    expect(wanted(f32(2), 'any')).toBeUndefined()
    expect(wanted(f16(2), 'f16')).toBeUndefined()
    expect(wanted(codes('i8', [2]), 'codes')).toBeUndefined()
  })

  it('the float type for floats of another size and for codes, without range and scale', () => {
    expect(wanted(ranged(f32(2, 3)), 'f16')).toEqual(f16(2, 3))
    expect(wanted(codes('i8', [2]), 'f32')).toEqual(f32(2))
    // Codes of a float type are codes all the same.
    expect(wanted({ ...f16(2), quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } }, 'f16')).toEqual(f16(2))
  })

  it('codes by the range of a float value, which remember its type', () => {
    expect(wanted(ranged(f32(2)), 'codes')).toEqual({ dtype: 'i8', shape: [2], quant: { scale: 2 / 127, zeroPoint: 0, expressed: 'f32' } })
    expect(wanted(ranged(f16(2)), 'codes', words)).toEqual({
      dtype: 'i16',
      shape: [2],
      quant: { scale: 2 / 32767, zeroPoint: 0, expressed: 'f16' },
    })
    expect(() => wanted(f32(2), 'codes')).toThrow(expect.objectContaining({ code: 'RANGE_MISSING', at: ['y', 'x'] }))
  })

  it('refuses plain integers where codes are needed', () => {
    expect(() => wanted(i32(2), 'codes')).toThrow(expect.objectContaining({ code: 'INTEGER_OPERAND', at: ['y', 'x'], found: 'i32' }))
  })
})

describe('codes that are stored otherwise where they are needed', () => {
  const type = codes('i8', [2], 0.5)
  const restored = (
    from: CodeStorage | undefined,
    to: CodeStorage,
    more: { type?: TensorType; range?: typeof range } = { range },
    rescale?: 'by-width',
  ) =>
    wantedType(
      { name: 'x', type, ...(from === undefined ? {} : { storage: from }), ...more },
      { layer: 'y', need: 'codes', storage: to },
      rescale,
    )

  it('stay where both say the same, also in other words', () => {
    expect(restored(bytes, { ...bytes })).toBeUndefined()
    expect(restored(bytes, { ...bytes, scale: 'exact' })).toBeUndefined()
    expect(restored({ ...bytes, scale: 'exact' }, bytes)).toBeUndefined()
    expect(restored(bytes, { ...bytes, granularity: 'per-axis' })).toBeUndefined()
  })

  it('become others where bits, sign, zero point or kind of scale differ', () => {
    const type8 = { dtype: 'i8', shape: [2], quant: { scale: 2 / 127, zeroPoint: 0, expressed: 'f32' } }
    expect(restored(nibbles, bytes)).toEqual(type8)
    expect(restored({ ...bytes, sign: 'signed' }, bytes)).toEqual(type8)
    expect(restored({ ...bytes, zeroPoint: 'by-range' }, bytes)).toEqual(type8)
    expect(restored({ ...bytes, scale: 'power-of-two' }, bytes)).toEqual(type8)
    // Four bits travel in bytes: 2 / 7.
    expect(restored(bytes, nibbles)).toEqual({ ...type8, quant: { ...type8.quant, scale: 2 / 7, saturate: [-8, 7] } })
    expect(restored(bytes, words)).toEqual({ ...type8, dtype: 'i16', quant: { ...type8.quant, scale: 2 / 32767 } })
  })

  it('stay where nobody knows how they are stored, or the value has the width that is needed though its maker stores another', () => {
    expect(restored(undefined, bytes)).toBeUndefined()
    expect(restored(words, bytes)).toBeUndefined()
    expect(restored(undefined, words)).not.toBeUndefined()
  })

  it('have the scale times the ratio of the steps where the range is unknown', () => {
    const wide = { dtype: 'i16', shape: [2], quant: { scale: (0.5 * 255) / 65535, zeroPoint: 0, expressed: 'f32' } }
    expect(restored(bytes, words, {})).toEqual(wide)
    expect(restored(bytes, words, { type: codes('u8', [2], 0.5), range })?.dtype).toBe('i16')
    expect(restored(bytes, words, { type: codes('u8', [2], 0.5) })?.dtype).toBe('u16')
    const narrow = { quant: { scale: (0.5 * 65535) / 255 } }
    expect(restored(words, bytes, { type: codes('i16', [2], 0.5) })).toMatchObject({ ...narrow, dtype: 'i8' })
    expect(restored(words, bytes, { type: codes('u16', [2], 0.5) })).toMatchObject({ ...narrow, dtype: 'u8' })
  })

  it('by width: to the last bit of the codes at hand where the layer counts with these, else as the layer counts', () => {
    const scale = ((2 / 127) * 255) / 65535
    const back = restored(words, bytes, { type: codes('i16', [2], scale), range }, 'by-width')
    expect(back?.quant?.scale).toBe((scale * 65535) / 255)
    const seen = (to: CodeStorage) => wantedType({ name: 'x', type: ranged(f32(2)) }, { layer: 'y', need: 'codes', storage: to })
    for (const to of [
      words,
      nibbles,
      { ...words, sign: 'unsigned', zeroPoint: 'by-range' },
      { ...words, scale: 'power-of-two' },
    ] as const) {
      expect(restored(bytes, to, { type: codes('u8', [2], 4 / 255, 128), range }, 'by-width')).toEqual(seen(to))
      expect(restored(bytes, to, { type: codes('i8', [2], 2 / 127), range }, 'by-width')).toEqual(seen(to))
    }
  })

  it('by width: codes whose scale is another one, be it by a thousandth, are made as the layer counts', () => {
    const exact = ((2 / 127) * 255) / 65535
    const scaleOf = (scale: number) => restored(words, bytes, { type: codes('i16', [2], scale), range }, 'by-width')?.quant?.scale
    expect(scaleOf(exact * (1 + 2 ** -50))).toBe((exact * (1 + 2 ** -50) * 65535) / 255)
    for (const off of [2 ** -10, 2 ** -11, 2 ** -20, 2 ** -39]) {
      expect([scaleOf(exact * (1 + off)), scaleOf(exact * (1 - off))]).toEqual([2 / 127, 2 / 127])
    }
  })

  it('are widened as they are only where no zero point, no kind of scale and no sign says otherwise', () => {
    const i8 = codes('i8', [2], 0.5)
    const wider = (to: Partial<CodeStorage>, type = i8) => {
      const { dtype, quant } = restored(bytes, { ...words, ...to }, { type })!
      return [dtype, quant!.scale, quant!.zeroPoint]
    }
    const asTheyAre = ['i16', (0.5 * 255) / 65535, 0]
    expect(wider({})).toEqual(asTheyAre)
    expect(wider({ sign: 'signed' })).toEqual(asTheyAre)
    expect(wider({ sign: 'unsigned' }, codes('u8', [2], 0.5))).toEqual(['u16', (0.5 * 255) / 65535, 0])
    // -64 to 63.5, by the largest magnitude or from end to end.
    const byMagnitude = ['i16', 64 / 32767, 0]
    expect(wider({}, codes('u8', [2], 0.5, 128))).toEqual(byMagnitude)
    expect(wider({ scale: 'power-of-two' })).toEqual(['i16', 2 ** -8, 0])
    expect(wider({ sign: 'signed', zeroPoint: 'by-range' })).toEqual(['i16', 127.5 / 65535, 128])
    expect(wider({ sign: 'signed' }, codes('u8', [2], 0.5))).toEqual(['i16', 127.5 / 32767, 0])
  })

  it('by width: codes of the other sign are made as the layer counts, even where the scale is the same', () => {
    const scale = (2 / 32767) * 257
    expect(restored(bytes, words, { type: codes('u8', [2], scale), range }, 'by-width')?.dtype).toBe('i16')
  })

  it('around the middle: signed codes are widened as they are, unsigned ones are made as the layer counts', () => {
    const middle: CodeStorage = { ...words, zeroPoint: 'middle' }
    expect(restored({ ...bytes, zeroPoint: 'middle' }, middle, { type: codes('i8', [2], 0.5) })?.quant).toMatchObject({
      scale: (0.5 * 255) / 65535,
      zeroPoint: 0,
    })
    // 0 to 127.5 around the code 2^15.
    expect(restored(bytes, { ...middle, sign: 'unsigned' }, { type: codes('u8', [2], 0.5) })).toMatchObject({
      dtype: 'u16',
      quant: { scale: 127.5 / 32767, zeroPoint: 32768 },
    })
  })

  it('cover what codes with zero points can say where the range is unknown; four bits have 15 steps', () => {
    // -64 to 63.5 over 65535 steps: the zero point moves along.
    const type = codes('u8', [2], 0.5, 128)
    expect(restored(bytes, { ...words, sign: 'unsigned', zeroPoint: 'by-range' }, { type })?.quant).toMatchObject({
      scale: 127.5 / 65535,
      zeroPoint: 32896,
    })
    expect(restored(bytes, { ...words, sign: 'signed' }, { type })?.quant).toMatchObject({ scale: 64 / 32767, zeroPoint: 0 })
    // -4 to 3.5: four bits around the code 8.
    const middle: TensorType = { ...type, quant: { scale: 0.5, zeroPoint: 8, expressed: 'f32', saturate: [0, 15] } }
    expect(restored({ ...nibbles, zeroPoint: 'middle' }, { ...words, sign: 'signed' }, { type: middle })?.quant).toMatchObject({
      scale: 4 / 32767,
      zeroPoint: 0,
    })
    const four: TensorType = { ...codes('i8', [2], 0.5), quant: { scale: 0.5, zeroPoint: 0, expressed: 'f32', saturate: [-8, 7] } }
    expect(restored(nibbles, words, { type: four })?.quant).toEqual({ scale: (0.5 * 15) / 65535, zeroPoint: 0, expressed: 'f32' })
    expect(restored(words, nibbles, { type: codes('i16', [2], 1) })?.quant).toEqual({
      scale: 65535 / 15,
      zeroPoint: 0,
      expressed: 'f32',
      saturate: [-8, 7],
    })
  })

  it('remember the float type they were made from', () => {
    const halves: TensorType = { ...type, quant: { scale: 0.5, zeroPoint: 0, expressed: 'f16' } }
    expect(restored(bytes, words, { type: halves, range })?.quant?.expressed).toBe('f16')
    expect(restored(bytes, words, { type: halves, range }, 'by-width')?.quant?.expressed).toBe('f16')
    expect(restored(bytes, words, { type: halves })?.quant?.expressed).toBe('f16')
    expect(restored(bytes, { ...words, scale: 'power-of-two' }, { type: halves })?.quant?.expressed).toBe('f16')
  })

  it('leave sums of 32 bits to their user', () => {
    expect(restored(bytes, bytes, { type: codes('i32', [2]), range })).toBeUndefined()
  })
})

describe('the node of a cast', () => {
  const scheme: IntegerScheme = {
    ...smallSchemes.INT8,
    multipliers: { ...smallSchemes.INT8.multipliers, cast: { kind: 'scale-shift', bits: 8 } },
    rounding: { requantize: 'half-up', cast: 'half-to-even', weight: 'up' },
  }
  const cast = (source: TensorType, wanted: TensorType, encoding = scheme.multipliers.cast) =>
    castNode('x', 'y', source, wanted, {
      needed: smallSchemes.F16,
      integers: { ...scheme, multipliers: { ...scheme.multipliers, cast: encoding } },
    })
  const ends = { inputs: ['x'], outputs: ['y'] }

  it('codes to codes: the factor of the scales as the scheme encodes it for casts', () => {
    // 0.75 / 0.5 = 3 / 2
    const attrs = { multipliers: [3], shifts: [1], rounding: 'half-up' }
    expect(cast(codes('i8', [1], 0.75), codes('i8', [1], 0.5))).toEqual({ op: 'Requantize', ...ends, attrs })
    expect(cast(codes('i8', [1], 1), codes('i8', [1], 4), { kind: 'shift' }).attrs).toEqual({
      multipliers: [1],
      shifts: [2],
      rounding: 'half-up',
      requantize: 'shift',
    })
    // 1 / 4 = 2^30 / 2^31 * 2^-1
    expect(cast(codes('i8', [1], 1), codes('i8', [1], 4), { kind: 'quantized-multiplier' }).attrs).toMatchObject({
      multipliers: [2 ** 30],
      shifts: [1],
      requantize: 'quantized-multiplier',
    })
  })

  it('floats to codes and back', () => {
    expect(cast(f32(1), codes('i8', [1]))).toEqual({ op: 'QuantizeLinear', ...ends, attrs: { rounding: 'half-to-even' } })
    expect(cast(codes('i8', [1]), f32(1))).toEqual({ op: 'DequantizeLinear', ...ends, attrs: {} })
  })

  it('floats to floats by the rounding of the layer that needs them, halves to even when it says none', () => {
    expect(cast(f32(1), f16(1))).toEqual({ op: 'Cast', ...ends, attrs: { to: 'f16', rounding: 'half-away-from-zero' } })
    const silent = castNode('x', 'y', f32(1), f16(1), { needed: { kind: 'float', dtype: 'f16' }, integers: scheme })
    expect(silent.attrs).toEqual({ to: 'f16', rounding: 'half-to-even' })
  })

  it('into bfloat16 in the style of the layer that needs them, from floats and from codes', () => {
    const made = (source: TensorType, wanted: TensorType) =>
      castNode('x', 'y', source, wanted, { needed: { kind: 'float', dtype: 'bf16', bf16: 'truncate' }, integers: scheme }).attrs
    expect(made(f32(1), bf16(1))).toEqual({ to: 'bf16', rounding: 'half-to-even', bf16: 'truncate' })
    expect(made(codes('u8', [1]), bf16(1))).toEqual({ bf16: 'truncate' })
    expect([made(bf16(1), f32(1)), made(codes('u8', [1]), f32(1))]).toEqual([{ to: 'f32', rounding: 'half-to-even' }, {}])
  })

  it('to codes in the style by which the bfloat16 numbers were made, whatever the layer that needs them', () => {
    const floats = { kind: 'float', dtype: 'bf16', bf16: 'truncate' } as const
    const made = (source: TensorType) => castNode('x', 'y', source, codes('i8', [1]), { needed: scheme, floats, integers: scheme }).attrs
    expect(made(bf16(1))).toEqual({ rounding: 'half-to-even', bf16: 'truncate' })
    expect([made(f32(1)), made(f16(1))]).toEqual([{ rounding: 'half-to-even' }, { rounding: 'half-to-even' }])
  })

  describe('where the target has rules for all casts', () => {
    const near = { kind: 'float', dtype: 'bf16', bf16: 'saturate' } as const
    const rules = { through: 'bf16', bf16: 'truncate', ofInputs: { rounding: 'up' } } as const
    const made = (source: TensorType, wanted: TensorType, isInput = false) =>
      castNode('x', 'y', source, wanted, { needed: near, integers: scheme, near, rules, isInput }).attrs

    it('float32 becomes codes, and codes float32, by way of the narrow type; narrow floats as they are', () => {
      expect(made(f32(1), codes('i8', [1]))).toEqual({ rounding: 'half-to-even', bf16: 'saturate', through: 'bf16' })
      expect(made(codes('i8', [1]), f32(1))).toEqual({ bf16: 'saturate', through: 'bf16' })
      expect(made(bf16(1), codes('i8', [1]))).toEqual({ rounding: 'half-to-even' })
    })

    it('float32 becomes bfloat16 in the style of casts, not in that of results', () => {
      expect(made(f32(1), bf16(1))).toMatchObject({ to: 'bf16', bf16: 'truncate' })
    })

    it('codes of inputs are those of the program that feeds the chip', () => {
      expect(made(f32(1), codes('i8', [1]), true)).toEqual({ rounding: 'up', hostScale: true })
    })
  })
})
