import { describe, expect, it } from 'vitest'
import { symmetric } from '../../test/lower-one.ts'
import type { CodeStorage } from '../contracts/scheme.ts'
import { codeParams } from '../number/quant-params.ts'
import { checkEmit } from './backend-emit.ts'
import { exactCases, wholeRange } from './backend-exact-cases.ts'
import { exactWeights, finenessOf } from './backend-exact-weights.ts'
import { nullBackend } from './null-backend.ts'
import { f32, node, smallGraph } from './small-graph.ts'

const storages: readonly CodeStorage[] = ([4, 8, 16] as const).flatMap((bits) =>
  (['signed', 'unsigned', 'by-range'] as const).flatMap((sign) =>
    (['none', 'by-range', 'middle'] as const).flatMap((zeroPoint) =>
      (['exact', 'power-of-two'] as const).map((scale) => ({ bits, sign, zeroPoint, scale })),
    ),
  ),
)

describe('cases whose codes are known', () => {
  it('every way to store codes has a range whose scale is a power of two', () => {
    for (const storage of storages) {
      const range = wholeRange(storage, 'around zero')
      expect(range, JSON.stringify(storage)).toBeDefined()
      const [min, max] = range!
      expect(codeParams({ min: min / 64, max: max / 64 }, storage).scale).toBe(1 / 64)
    }
  })
  it('each channel has a step of its own, so that no factor stands for two of them', () => {
    for (const count of [2, 3, 4, 5, 6, 8, 9, 16])
      expect(new Set(Array.from({ length: count }, (_, channel) => finenessOf(channel, count))).size).toBe(count)
  })
  it('the weights of each channel make its step their scale, and are codes', () => {
    const scheme = { ...symmetric, weights: { ...symmetric.weights, granularity: 'per-axis' } } as const
    for (const { weights } of exactCases) {
      if (weights === undefined) continue
      const made = exactWeights(weights, scheme, { step: 1, multiple: 1 })!
      const numbers = made.constants['w']!.constant as readonly number[]
      const taps = numbers.length / weights.channels
      for (let channel = 0; channel < weights.channels; channel++) {
        const slice = Array.from({ length: taps }, (_, tap) => numbers[weights.place(channel, tap)]!)
        const { scale } = codeParams({ min: Math.min(...slice), max: Math.max(...slice) }, scheme.weights)
        expect(scale).toBe(made.step / 2 ** finenessOf(channel, weights.channels))
        expect(slice.every((weight) => Number.isInteger(weight / scale))).toBe(true)
      }
      expect(made.coarse!['w']!.constant!.every((weight) => Number.isInteger(Number(weight) / made.step))).toBe(true)
    }
  })
})

describe('files', () => {
  const graph = smallGraph({
    stage: 'float',
    values: { x: { type: f32(2) }, c: { type: f32(2), constant: [1, 2] }, y: { type: f32(2) } },
    nodes: [node('Add', ['x', 'c'], ['y'])],
    outputs: ['y'],
  })
  const { emit, ...rest } = nullBackend()
  it('hold the constants', () => {
    expect(() => checkEmit({ ...rest, emit }, graph)).not.toThrow()
    const dropping = {
      ...rest,
      emit: (...given: Parameters<typeof emit>) => ({ ...emit(...given), files: new Map([['small.txt', new Uint8Array(1)]]) }),
    }
    expect(() => checkEmit(dropping, graph)).toThrow('no file depends on the elements of the constant c')
  })
  it('are some, and the same the second time', () => {
    expect(() => checkEmit({ ...rest, emit: () => ({ files: new Map(), diagnostics: [] }) }, graph)).toThrow('emit makes no file')
    let count = 0
    const counting = { ...rest, emit: () => ({ files: new Map([['a', Uint8Array.of(count++)]]), diagnostics: [] }) }
    expect(() => checkEmit(counting, graph)).toThrow('emitting a twice gives other bytes')
  })
})
