import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { printedCodec } from '../../test/printed-codec.ts'
import { cv18xx } from '../cv18xx.ts'

const lowered = (shape: string) => {
  const graph = parseGraph(`x: f32[${shape}]; s: f32[2] = [0.5, 2]; b: f32[2] = [1, -1]; y = Affine(x, s, b)`)
  const table = new Map(['x', 'y'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
  const { nodes, values } = resolve({ ...graph, name: 'n' }, table, new Map(), cv18xx({ chip: 'cv181x', codec: printedCodec }), {
    mode: 'INT8',
  }).graph
  const conv = nodes.find(({ op }) => op === 'QConv')!
  expect(nodes.some(({ op }) => op === 'QAffine')).toBe(false)
  return { ops: nodes.map(({ op }) => op), conv, shape: values.get(conv.outputs[0]!)!.type.shape }
}

describe('a scale and bias for each channel is a convolution', () => {
  it('of two axes as they are, which the text says so', () => {
    const { ops, conv, shape } = lowered('1,2')
    expect(shape).toEqual([1, 2])
    expect(conv).toMatchObject({ outputs: ['y'], attrs: { strides: [1, 1] } })
    expect(ops).not.toContain('Reshape')
  })

  it('of planes, where it has five', () => {
    expect(lowered('1,2,3,4,5').shape).toEqual([1, 2, 60, 1])
  })
})
