import { describe, expect, it } from 'vitest'
import { formatError, isQError, QError } from './errors.ts'

describe('QError', () => {
  it('is of the kind input and has no place unless told', () => {
    const error = new QError('FILE_EMPTY', 'the file is empty')
    expect([error.kind, error.at, error.found, error.wanted, error.hint, error.cause]).toEqual([
      'input',
      [],
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(error.name).toBe('QError')
  })
  it('keeps its cause', () => {
    const cause = new Error('inner')
    expect(new QError('A_B', 'outer', { cause }).cause).toBe(cause)
  })
})

describe('isQError', () => {
  it('knows the shape, so that two copies of the package understand each other', () => {
    const foreign = Object.assign(new Error('text'), { code: 'OTHER', at: ['y'] })
    expect(isQError(foreign)).toBe(true)
  })
  it.each([[new Error('text')], [Object.assign(new Error('text'), { code: 'ENOENT' })], [{ code: 'A_B', at: [] }], ['A_B'], [undefined]])(
    'refuses %o',
    (value) => {
      expect(isQError(value)).toBe(false)
    },
  )
})

describe('formatError', () => {
  it('prints one line for each part', () => {
    const error = new QError('SHAPE_RANK', 'x has too many axes', {
      at: ['net.onnx', 'conv1'],
      found: '5 axes',
      wanted: '4 axes',
      hint: 'reshape x',
    })
    expect(formatError(error).split('\n')).toEqual([
      'SHAPE_RANK: x has too many axes',
      '  at:     net.onnx > conv1',
      '  found:  5 axes',
      '  wanted: 4 axes',
      '  do:     reshape x',
    ])
  })
  it('leaves out what is not known', () => {
    expect(formatError(new QError('A_B', 'only this'))).toBe('A_B: only this')
  })
})
