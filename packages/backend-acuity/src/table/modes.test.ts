import { describe, expect, it } from 'vitest'
import { modeOfEntry, modeOfOptions, modeOfWord, namesOf } from './modes.ts'

describe('names of modes', () => {
  // The rows of spec/acuity.md 2.3.
  it.each([
    ['asymmetric_affine', 'uint8', 'UINT8', 'u8'],
    ['symmetric_affine', 'int8', 'SYM8', 'i8'],
    ['perchannel_symmetric_affine', 'int8', 'PCQ', 'i8'],
    ['dynamic_fixed_point', 'int8', 'DFP8', 'i8'],
    ['dynamic_fixed_point', 'int16', 'DFP16', 'i16'],
    ['qbfloat16', 'qbfloat16', 'QBF16', 'qbfloat16'],
    ['bfloat16', 'bfloat16', 'BF16', 'bfloat16'],
    ['float16', 'float16', 'F16', 'float16'],
  ])('--quantizer %s --qtype %s', (quantizer, qtype, mode, stored) => {
    const names = modeOfOptions(quantizer, qtype)
    expect([names.mode, names.entry.qtype]).toEqual([mode, stored])
    expect([modeOfEntry(names.entry), namesOf(mode)]).toEqual([mode, names])
    expect(modeOfWord(names.customized[0]!)).toBe(mode)
  })

  it.each([
    ['dynamic_fixed_point', 'uint8', 'goes with --qtype int8 or int16'],
    ['asymetric_affine', 'uint8', 'did you mean asymmetric_affine'],
    ['float32', 'float32', 'did you mean float16'],
  ])('%s with %s is refused', (quantizer, qtype, hint) => {
    expect(() => modeOfOptions(quantizer, qtype)).toThrow(
      expect.objectContaining({ code: 'ACUITY_QUANTIZER', found: `${quantizer} with ${qtype}`, hint: expect.stringContaining(hint) }),
    )
  })
})
