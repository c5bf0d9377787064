import { describe, expect, it } from 'vitest'
import { nullBackend } from '../conformance/null-backend.ts'
import { backendDefects, checkBackend } from './check-backend.ts'

const sound = nullBackend()
const withTarget = (change: object): unknown => ({ ...sound, target: { ...sound.target, ...change } })

it('a sound back end has no defects and is given back as it is', () => {
  expect(backendDefects(sound)).toEqual([])
  expect(checkBackend(sound, './null.mjs')).toBe(sound)
})

describe('what is missing or wrong is told, each part', () => {
  it.each([
    [undefined, 'it is undefined, not an object'],
    [null, 'it is null, not an object'],
    [5, 'it is 5, not an object'],
    [[], 'it is a list, not an object'],
    [() => sound, 'it is of type function, not an object'],
    [{ ...sound, name: '' }, 'name is "": wanted a name'],
    [{ ...sound, name: undefined }, 'name is missing: a name'],
    [{ ...sound, emit: undefined }, 'emit is missing: a function'],
    [{ ...sound, target: undefined }, 'target is missing: an object'],
    [{ ...sound, lower: undefined }, 'lower is missing: an object from operator to function'],
    [{ ...sound, lower: { ...sound.lower, Abs: 1 } }, 'lower.Abs is 1: wanted a function'],
    [{ ...sound, lower: { ...sound.lower, Abs: undefined } }, 'lower has nothing for Abs, which target.ops declares'],
    [{ ...sound, rewrite: {} }, 'rewrite is of type object: wanted a list of { name, run }'],
    [{ ...sound, simplify: [{ name: 'x' }] }, 'simplify is a list: wanted a list of { name, run }'],
    [{ ...sound, reader: { endings: '.x' } }, 'reader is of type object: wanted { endings, read }, perhaps describe'],
    [
      { ...sound, reader: { endings: ['.x'], read: () => sound, describe: 'x' } },
      'reader is of type object: wanted { endings, read }, perhaps describe',
    ],
    [{ ...sound, compiler: {} }, 'compiler is of type object: wanted { find, commandLines }'],
    [withTarget({ name: 'Null' }), 'target.name is "Null": wanted a name in lower case'],
    [withTarget({ defaultFloat: undefined }), 'target.defaultFloat is missing: a mode'],
    [withTarget({ floatModes: undefined }), 'target.floatModes is missing: a list of modes'],
    [withTarget({ floatModes: ['F33'] }), 'target.floatModes: "F33" is not known; perhaps F32'],
    [withTarget({ ops: undefined }), 'target.ops is missing: an object'],
    [withTarget({ ops: { Abs: 'F32' } }), 'target.ops.Abs is "F32": wanted an object from asked to computed mode'],
    [withTarget({ ops: { Abs: { F33: 'F32' } } }), 'target.ops.Abs: "F33" is not known; perhaps F32'],
    [withTarget({ ops: { Abs: { F32: 'F33' } } }), 'target.ops.Abs.F32: "F33" is not known; perhaps F32'],
    [withTarget({ rangeImport: 3 }), 'target.rangeImport is 3: wanted an object'],
    [withTarget({ rangeImport: { Abs: 'symetric' } }), 'target.rangeImport.Abs: "symetric" is not known; perhaps symmetric'],
    [{ ...sound, fileNames: [] }, 'fileNames is a list: wanted a function'],
    [withTarget({ rangeSteps: undefined }), 'target.rangeSteps is missing: a list of steps'],
    [withTarget({ rangeSteps: [{}] }), 'target.rangeSteps[0] is of type object: wanted a list of rules'],
    [withTarget({ rangeSteps: [[{ rule: 'forward' }]] }), 'target.rangeSteps[0] is of type object: wanted { rule, ops }'],
    [withTarget({ rangeSteps: [[], [{ rule: 'forwrd', ops: [] }]] }), 'target.rangeSteps[1]: "forwrd" is not known; perhaps forward'],
    [withTarget({ tolerance: undefined }), 'target.tolerance is missing: an object from mode to [cosine, euclidean]'],
    [withTarget({ tolerance: { F32: 0.9 } }), 'target.tolerance.F32 is 0.9: wanted [cosine, euclidean]'],
    [withTarget({ tolerance: { F33: [1, 1] } }), 'target.tolerance: "F33" is not known; perhaps F32'],
    [
      withTarget({ computedOtherwise: ['Pad'] }),
      'target.computedOtherwise is a list: wanted an object from operator to what the chip does',
    ],
    [
      withTarget({ computedOtherwise: { Pda: 'zeros' } }),
      expect.stringMatching(/^target\.computedOtherwise: "Pda" is not known; perhaps Pad/),
    ],
    [withTarget({ computedOtherwise: { Pad: '' } }), 'target.computedOtherwise.Pad is "": wanted what the chip does, in words'],
    [withTarget({ typeFollower: ['Reshape'] }), 'target.typeFollower: "typeFollower" is not known; perhaps typeFollowers'],
    [withTarget({ typeFollowers: ['Reshap'] }), expect.stringMatching(/^target\.typeFollowers: "Reshap" is not known; perhaps Reshape/)],
    [withTarget({ truthOps: 'And' }), 'target.truthOps is "And": wanted a list of operators'],
    [withTarget({ highPrecision: { Abs: 'F33' } }), 'target.highPrecision.Abs: "F33" is not known; perhaps F32'],
    [withTarget({ automaticPlan: { unevenAdd: 'F33' } }), 'target.automaticPlan.unevenAdd: "F33" is not known; perhaps F32'],
    [withTarget({ casts: { rescale: 'by-with' } }), 'target.casts.rescale: "by-with" is not known; perhaps by-width'],
    [withTarget({ casts: { through: 'bf61' } }), 'target.casts.through: "bf61" is not known; perhaps bf16'],
    [withTarget({ casts: { bf16: 'truncat' } }), 'target.casts.bf16: "truncat" is not known; perhaps truncate'],
    [
      withTarget({ casts: { ofInputs: { rounding: 'half-upp' } } }),
      'target.casts.ofInputs.rounding: "half-upp" is not known; perhaps half-up',
    ],
    [withTarget({ casts: 5 }), 'target.casts is 5: wanted an object'],
    [{ ...sound, rewrites: [] }, 'rewrites: "rewrites" is not known; perhaps rewrite'],
    [
      { ...sound, before: [{ name: 'p', run: () => {} }] },
      expect.stringMatching(/^before: "before" is not known; members are name, target/),
    ],
  ])('%#: %s', (value, defect) => {
    expect(backendDefects(value)).toEqual([defect])
  })

  it('notes of the author are not looked at', () => {
    expect(backendDefects({ ...sound, description: 'mine', version: '1', authors: ['a'] })).toEqual([])
    expect(backendDefects(withTarget({ url: 'https://example.org' }))).toEqual([])
  })

  it('names of operators in rules, with the nearest', () => {
    const wrong = withTarget({
      rangeSteps: [[{ rule: 'forward', ops: ['MaxPol', 'acme.Lut', 'Add#constant'] }]],
      rangeImport: { Sofmax: 'unit' },
    })
    expect(backendDefects(wrong)).toEqual([
      expect.stringMatching(/^target\.rangeImport: "Sofmax" is not known; perhaps Softmax/),
      expect.stringMatching(/^target\.rangeSteps\[0\]: "MaxPol" is not known; perhaps MaxPool/),
    ])
  })

  it('lists what there is where nothing is near', () => {
    const wrong = withTarget({ rangeSteps: [[{ rule: 'zigzag', ops: [] }]] })
    expect(backendDefects(wrong)[0]).toMatch(/^target\.rangeSteps\[0\]: "zigzag" is not known; rules are forward, backward, /)
  })
})

it('one error with all of them, at the module', () => {
  expect(() => checkBackend({ name: 'nova' }, './nova.mjs')).toThrow(
    expect.objectContaining({
      code: 'BACKEND_INVALID',
      kind: 'usage',
      at: ['./nova.mjs'],
      found: expect.stringMatching(/emit is missing.*lower is missing.*target is missing/),
    }),
  )
  const many = withTarget({ modes: [], floatModes: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I'] })
  expect(() => checkBackend(many, 'x')).toThrow(
    expect.objectContaining({ found: expect.stringMatching(/^target.modes.*"A".*"I" is not known/) }),
  )
})
