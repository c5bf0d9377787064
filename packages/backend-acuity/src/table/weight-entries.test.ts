import type { TensorType } from '@q/ir'
import { biasCodes } from '@q/ir/lowering'
import { describe, expect, it } from 'vitest'
import { biasEntry, type WeightsOfLayer, weightEntry, withRoomForBias } from './weight-entries.ts'

const input: TensorType = { dtype: 'i8', shape: [1, 2, 4, 4], quant: { scale: 0.02, zeroPoint: 0, expressed: 'f32' } }
const result: TensorType = { ...input, quant: { ...input.quant!, scale: 0.05 } }
const filters = (...data: number[]): WeightsOfLayer => ({
  weights: { dtype: 'f32', shape: [2, 2, 1, 1], data: Float32Array.from(data) },
  axis: 'outermost',
  channels: 2,
})

describe('a filter far below its bias', () => {
  const read = { qtype: 'i8', quantizer: 'asymmetric_affine', scale: [0.02], zeroPoint: [0] } as const
  it.each([
    ['of zeros', filters(0.5, -1, 0, 0)],
    ['that is nearly dead', filters(0.5, -1, 1e-30, -1e-31)],
  ])('%s has a scale by which the bias has a code', (_, own) => {
    const bias = Float32Array.of(0.25, -1.25)
    const usual = weightEntry('PCQ', own)!
    expect(() => biasCodes(bias, biasEntry(read, usual).scale!)).toThrow(expect.objectContaining({ code: 'BIAS_OUT_OF_RANGE' }))
    const entry = withRoomForBias(usual, own, { bias, input, result })
    const units = biasEntry(read, entry).scale!
    const codes = biasCodes(bias, units)
    for (const [i, code] of codes.entries()) expect(Math.abs(Number(code) * units[i]! - bias[i]!)).toBeLessThanOrEqual(units[i]! / 2 + 1e-9)
    expect(entry.scale![0]).toBe(usual.scale![0])
  })

  it('is left as it is where nothing is wrong', () => {
    const own = filters(0.5, -1, 0.25, 0.125)
    const usual = weightEntry('PCQ', own)!
    expect(withRoomForBias(usual, own, { bias: Float32Array.of(0.25, -1.25), input, result })).toBe(usual)
  })
})
