import { describe, expect, it } from 'vitest'
import { floatOps } from '../ops/op-set.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Graph } from './types.ts'

const graph = (weight: number, name = 'net'): Graph => ({
  name,
  inputs: [{ name: 'x' }],
  outputs: ['y_Add'],
  nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y_Add'], attrs: {} }],
  values: new Map([
    ['x', { name: 'x', type: { dtype: 'f32', shape: [1, 2] } }],
    [
      'w',
      {
        name: 'w',
        type: { dtype: 'f32', shape: [2] },
        isConstant: true,
        constant: { dtype: 'f32', shape: [2], data: Float32Array.of(weight, 2) },
      },
    ],
    ['y_Add', { name: 'y_Add', type: { dtype: 'f32', shape: [1, 2] } }],
  ]),
  ops: floatOps,
  properties: {},
})

describe('fingerprintOf', () => {
  it('is the same for the same graph, whatever its name', () => {
    expect(fingerprintOf(graph(1))).toBe(fingerprintOf(graph(1, 'other')))
    expect(fingerprintOf(graph(1))).toMatch(/^[0-9a-f]{16}$/)
  })
  it('changes with one bit of one weight', () => {
    expect(fingerprintOf(graph(1))).not.toBe(fingerprintOf(graph(1 + 2 ** -23)))
  })
})
