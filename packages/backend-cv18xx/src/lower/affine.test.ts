import { parseGraph, resolve } from '@q/ir'
import { expect, it } from 'vitest'
import { printedCodec } from '../../test/printed-codec.ts'
import { cv18xx } from '../cv18xx.ts'

it('a scale and bias for each channel of what has two axes is a convolution of planes, which the text has', () => {
  const graph = parseGraph(`x: f32[1,2]; s: f32[2] = [0.5, 2]; b: f32[2] = [1, -1]; y = Affine(x, s, b)`)
  const table = new Map(['x', 'y'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))
  const chip = cv18xx({ chip: 'cv181x', codec: printedCodec })
  const { nodes, values } = resolve({ ...graph, name: 'n' }, table, new Map(), chip, { mode: 'INT8' }).graph
  const conv = nodes.find(({ op }) => op === 'QConv')!
  expect(values.get(conv.outputs[0]!)!.type.shape.join()).toBe('1,2,1,1')
  expect(nodes.some(({ op }) => op === 'QAffine')).toBe(false)
})
