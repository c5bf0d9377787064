import { describe, expect, it } from 'vitest'
import { small } from '../../test/typed-network.ts'
import { networkLayers } from '../network/network-layers.ts'
import { entropyOfCodes } from './entropy-of-codes.ts'
import { proposeByEntropy } from './propose.ts'

describe('entropy', () => {
  const counts = (...numbers: readonly number[]) => new Map(numbers.map((count, code) => [code, count]))
  it('is 0 of codes that are all as frequent, 1 of one code, in between by bits', () => {
    expect(entropyOfCodes(counts(...new Array<number>(256).fill(3)), 8)).toBe(0)
    expect(entropyOfCodes(counts(7), 8)).toBe(1)
    expect(entropyOfCodes(counts(), 8)).toBe(1)
    // Four codes say two of eight bits.
    expect(entropyOfCodes(counts(5, 5, 5, 5), 8)).toBe(0.75)
    expect(entropyOfCodes(counts(1, 1), 16)).toBe(1 - 1 / 16)
  })
})

describe('layers that are proposed (spec/acuity.md 5.2)', () => {
  const layers = networkLayers(small)
  const propose = (key: string) => proposeByEntropy([{ key, entropy: 0.6 }], layers, { activations: 0.5, weights: 0.55 })
  it('are those of activations above the cut with who reads them', () => expect(propose('@r_2:out0')).toEqual(['z_1', 'r_2']))
  it('are those of weights above theirs, alone', () => expect(propose('@y/sum_5:weight')).toEqual(['y/sum_5']))
  it('are none at the cut', () => {
    const lines = [
      { key: '@r_2:out0', entropy: 0.5 },
      { key: '@z_1:weight', entropy: 0.55 },
    ]
    expect(proposeByEntropy(lines, layers, { activations: 0.5, weights: 0.55 })).toEqual([])
  })
  it('an input brings its readers and is none itself', () => expect(propose('@x_6:out0')).toEqual(['y/sum_5']))
})
