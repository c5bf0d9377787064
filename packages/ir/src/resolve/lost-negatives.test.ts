import { describe, expect, it } from 'vitest'
import { parseGraph } from '../graph/text/index.ts'
import type { TensorType } from '../graph/types.ts'
import { lostNegatives } from './lost-negatives.ts'

const signed = { threshold: 4, min: -3, max: 4 }

/** Layers told of in a network whose values have these rows, where those named `u…` are stored without a sign. */
function told(
  text: string,
  row = signed,
  quant: TensorType['quant'] = { scale: 4 / 255, zeroPoint: 0, expressed: 'f32' },
): readonly string[] {
  const graph = parseGraph(`x: f32[1,4,2,2]; ${text}`)
  const values = new Map(
    [...graph.values].map(([name, value]) => {
      const type: TensorType = name.startsWith('u') ? { dtype: 'u8', shape: value.type.shape, quant } : value.type
      return [name, { ...value, type }]
    }),
  )
  return lostNegatives(graph, { ...graph, values }, () => row).flatMap(({ at }) => at ?? [])
}

describe('a layer whose negative numbers have no codes', () => {
  it('is told of', () => {
    expect(told('u1 = Tanh(x); y = Abs(u1); return y')).toEqual(['u1'])
    expect(told('u1 = Tanh(x); return u1')).toEqual(['u1'])
    expect(told('y = Tanh(x); return y')).toEqual([])
  })

  it('is not, where a ReLU takes them away at once or behind what only moves elements', () => {
    expect(told('u1 = Tanh(x); u2 = Relu(u1); return u2')).toEqual([])
    expect(told('u1 = Tanh(x); u2 = Transpose(u1) {perm = [0, 1, 3, 2]}; u3 = Relu(u2); return u3')).toEqual([])
    expect(
      told('u1 = Tanh(x); u2 = MaxPool(u1) {kernel_shape = [1, 1], strides = [1, 1], pads = [0, 0, 0, 0], relu = true}; return u2'),
    ).toEqual([])
    expect(told('u1 = Tanh(x); u2 = Add(u1, x) {relu = true}; return u2')).toEqual(['u1'])
    expect(told('u1 = Tanh(x); u2 = Relu(u1); y = Abs(u1); return u2, y')).toEqual(['u1'])
    expect(told('u1 = Tanh(x); u2 = Relu(u1); return u2, u1')).toEqual(['u1'])
  })

  it('is none that a calibration saw as zeros: its least number is made up', () => {
    const quant = { scale: 1e-5 / 255, zeroPoint: 0, expressed: 'f32' } as const
    expect(told('u1 = Tanh(x); return u1', { threshold: 1e-5, min: -1e-5, max: 1e-5 }, quant)).toEqual([])
    expect(told('u1 = Tanh(x); return u1', { threshold: 2e-5, min: -2e-5, max: 1e-5 }, quant)).toEqual(['u1'])
  })

  it('is one of which more is lost than two steps, and more than half', () => {
    expect(told('u1 = Tanh(x); return u1', { threshold: 4, min: -0.03, max: 4 })).toEqual([])
    expect(told('u1 = Tanh(x); return u1', { threshold: 4, min: -0.04, max: 4 })).toEqual(['u1'])
    expect(told('u1 = Tanh(x); return u1', { threshold: 0.02, min: -3, max: 4 })).toEqual([])
    expect(told('u1 = Tanh(x); return u1', signed, { scale: 7 / 255, zeroPoint: 109, expressed: 'f32' })).toEqual([])
    expect(told('u1 = Tanh(x); return u1', signed, { scale: 0.02, zeroPoint: 80, expressed: 'f32' })).toEqual([])
    expect(told('u1 = Tanh(x); return u1', signed, { scale: 0.02, zeroPoint: 70, expressed: 'f32' })).toEqual(['u1'])
  })
})
