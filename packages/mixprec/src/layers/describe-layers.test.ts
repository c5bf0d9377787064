import { createResolver, layerOf, parseGraph, QError, type Resolver } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { toyChip } from '../fixtures/toy-chip.ts'
import { toyTable } from '../fixtures/toy-network.ts'
import { countOperations } from './count-operations.ts'
import { describeLayers } from './describe-layers.ts'

describe('the layers of a search', () => {
  it('have the modes of their operator, and codes where the empty plan makes some', () => {
    const graph = parseGraph('x: f32[1,8]; a = Tanh(x); b = Softmax(a); c = Relu(b); return c')
    const source = { graph, table: toyTable, backend: toyChip, settings: { mode: 'INT8' } }
    expect(describeLayers(source)).toEqual([
      { name: 'a', type: 'Tanh', modes: ['INT8', 'F16', 'F32'], hasCodes: true, operations: 8 },
      { name: 'b', type: 'Softmax', modes: ['INT8', 'F16', 'F32'], hasCodes: false, operations: 24 },
      { name: 'c', type: 'Relu', modes: ['INT8', 'F16', 'F32'], hasCodes: true, operations: 8 },
    ])
    expect(describeLayers({ ...source, typeOf: ({ op }) => `top.${op}` })[0]!.type).toBe('top.Tanh')
  })
})

describe('a layer that the chip cannot make codes of', () => {
  const graph = parseGraph('x: f32[1,8]; a = Tanh(x); b = Relu(a); return b')
  const source = { graph, table: toyTable, backend: toyChip, settings: { mode: 'INT8' } }
  const whole = createResolver(graph, toyTable, toyChip, source.settings)
  const resolver: Resolver = {
    ...whole,
    resolve(plan) {
      if (!plan.has('a')) throw new QError('MULTIPLIER_OUT_OF_RANGE', 'no codes of a', { at: ['a'] })
      return whole.resolve(plan)
    },
  }

  it('is no hindrance where it is pinned in float', () => {
    const layers = describeLayers({ ...source, resolver, pinned: new Map([['a', 'F32']]) })
    expect(layers.map(({ name, hasCodes }) => [name, hasCodes])).toEqual([
      ['a', false],
      ['b', true],
    ])
  })
  it('is told where it is not', () => {
    for (const pinned of [new Map(), new Map([['b', 'F32'] as const])])
      expect(() => describeLayers({ ...source, resolver, pinned })).toThrow(expect.objectContaining({ code: 'MULTIPLIER_OUT_OF_RANGE' }))
  })
})

describe('layers that the chip computes in a float type by itself', () => {
  const graph = parseGraph('x: f32[1,8]; a = Tanh(x); b = Relu(a); c = Tanh(b); return c')
  const { target } = toyChip
  /** Relu is computed in F16 whatever is asked for but F32. */
  const backend = { ...toyChip, target: { ...target, ops: { ...target.ops, Relu: { INT8: 'F16', F16: 'F16', F32: 'F32' } as const } } }
  const open = (floatMode?: 'F16' | 'F32') =>
    describeLayers({ graph, table: toyTable, backend, settings: { mode: 'INT8' }, ...(floatMode === undefined ? {} : { floatMode }) })
      .filter(({ hasCodes }) => hasCodes)
      .map(({ name }) => name)

  it('are of a search that keeps layers in another, wider one', () => {
    expect(open('F32')).toEqual(['a', 'b', 'c'])
    expect(open('F16')).toEqual(['a', 'c'])
    expect(open()).toEqual(['a', 'c'])
  })

  it('are not of one that would make them narrower', () => {
    const wide = {
      ...backend,
      target: { ...backend.target, ops: { ...target.ops, Relu: { INT8: 'F32', F16: 'F16', F32: 'F32' } as const } },
    }
    const layers = describeLayers({ graph, table: toyTable, backend: wide, settings: { mode: 'INT8' }, floatMode: 'F16' })
    expect(layers.map(({ hasCodes }) => hasCodes)).toEqual([true, false, true])
  })
})

describe('countOperations', () => {
  const count = (text: string): readonly number[] => {
    const graph = parseGraph(text)
    return graph.nodes.map((node) => countOperations(graph, graph.nodes.find((each) => layerOf(each) === layerOf(node))!))
  }
  it.each([
    ['x: f32[1,3,8,8]; w: f32[4,3,3,3] = 0.5; y = Conv(x, w) {strides = [1, 1], pads = [1, 1, 1, 1]}', 2 * 4 * 64 * 27],
    ['x: f32[1,4,8,8]; w: f32[4,1,3,3] = 0.5; y = Conv(x, w) {strides = [1, 1], pads = [1, 1, 1, 1], group = 4}', 2 * 4 * 64 * 9],
    ['x: f32[5,6]; w: f32[6,7] = 0.5; y = MatMul(x, w)', 2 * 5 * 7 * 6],
    ['x: f32[6,5]; w: f32[6,7] = 0.5; y = MatMul(x, w) {transA = true}', 2 * 5 * 7 * 6],
    ['x: f32[1,2,8,8]; y = MaxPool(x) {kernel_shape = [2, 2], strides = [2, 2], pads = [0, 0, 0, 0]}', 2 * 16 * 4],
    ['x: f32[1,3,4,4]; w: f32[3,5,2,2] = 0.5; y = ConvTranspose(x, w) {strides = [2, 2], pads = [0, 0, 0, 0]}', 2 * 3 * 16 * 5 * 4],
    ['x: f32[1,2,8]; y = Reshape(x) {shape = [16]}', 0],
    ['x: f32[1,2,8]; y = Softmax(x)', 16 * 3],
    ['x: f32[2,8]; s: f32[8] = 2; b: f32[8] = 1; y = LayerNormalization(x, s, b)', 16 * 5],
    ['x: f32[2,8]; y = ArgMax(x) {axis = 1, keepdims = true}', 16],
    [
      'x: f32[1,5,8]; k: f32[1,7,6]; q: f32[8,4]; m: f32[6,4]; n: f32[6,4]; o: f32[4,3]; y = Attention(x, k, _, q, _, m, _, n, _, o) {heads = 2, headSize = 2, scale = 0.5}',
      2 * (5 * (32 + 12) + 7 * 24 + 7 * 24) + 4 * 5 * 7 * 4,
    ],
    ['x: f32[1,2,8]; y = Exp(x)', 16],
    ['x: f32[2,8]; y = ReduceMean(x) {axes = [1], keepdims = true}', 16],
  ])('of %s', (text, operations) => {
    expect(count(text)).toEqual([operations])
  })
})
