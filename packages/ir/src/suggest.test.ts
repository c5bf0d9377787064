import { describe, expect, it } from 'vitest'
import { didYouMean, nearestFirst, suggest } from './suggest.ts'

const known = ['Conv', 'ConvTranspose', 'Concat', 'Relu', 'Softmax']

describe('suggest', () => {
  it('finds a name with swapped letters', () => expect(suggest('Ocnv', known)).toEqual(['Conv']))
  it('looks past upper and lower case', () => expect(suggest('softmax', known)).toEqual(['Softmax']))
  it('puts the nearest first', () => expect(suggest('Concatt', known)[0]).toBe('Concat'))
  it('says nothing when nothing is near', () => expect(suggest('Transpose', known)).not.toContain('Relu'))
  it('puts first what goes on from the name behind an underscore, where these are few', () => {
    expect(suggest('output0', ['output', 'output0_Concat', 'input'])).toEqual(['output0_Concat', 'output'])
    expect(suggest('layer', ['layer_one_Conv', 'layer_two_Conv', 'layer_three_Conv', 'layer_four_Conv'])).toEqual([])
    expect(suggest('', ['_Conv'])).toEqual([])
  })
  it('gives no more than asked', () => expect(suggest('a', ['b', 'c', 'd', 'e'], 2)).toHaveLength(2))
})

describe('didYouMean', () => {
  it('asks about what is near', () => expect(didYouMean('Rleu', known, 'add it')).toBe('did you mean Relu?'))
  it('falls back when nothing is', () => expect(didYouMean('xyzxyzxyz', known, 'add it')).toBe('add it'))
})

describe('nearestFirst', () => {
  it('lists near names first, and says that there are more', () => {
    expect(nearestFirst('Rleu', known, 3)).toEqual(['Relu', 'Conv', 'ConvTranspose', '…'])
    expect(nearestFirst('Rleu', known)).toEqual(['Relu', 'Conv', 'ConvTranspose', 'Concat', 'Softmax'])
  })
})
