import type { Attrs, DType, Node } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { givesLooseCodes, handsOnLooseCodes } from './loose-codes.ts'

const node = (op: string, attrs: Attrs = {}): Node => ({ op, inputs: ['x'], outputs: ['y'], attrs })
const of = (dtype: DType) => () => ({ dtype, shape: [1, 4] })

describe('loose codes', () => {
  it('come from padding with a number that is no code, and from magnitudes', () => {
    expect(givesLooseCodes(node('Pad', { value: 0.5 }), of('i8'))).toBe(true)
    expect(givesLooseCodes(node('Pad', { value: 128 }), of('i8'))).toBe(true)
    expect(givesLooseCodes(node('Pad', { value: -128 }), of('i8'))).toBe(false)
    expect(givesLooseCodes(node('Pad', { value: 0.5, mode: 'edge' }), of('i8'))).toBe(false)
    expect(givesLooseCodes(node('Abs'), of('i8'))).toBe(true)
    expect(givesLooseCodes(node('Abs'), of('f32'))).toBe(false)
  })

  it('are handed on by what copies, up to an operator that computes', () => {
    const loose = new Set(['x'])
    expect(handsOnLooseCodes(node('Reshape'), of('i8'), loose)).toBe(true)
    expect(handsOnLooseCodes(node('Reshape'), of('i8'), new Set())).toBe(false)
    expect(handsOnLooseCodes(node('QConv'), of('i8'), loose)).toBe(false)
  })
})
