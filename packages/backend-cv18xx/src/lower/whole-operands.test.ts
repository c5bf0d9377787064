import { parseGraph, type QuantMode, resolve, valueOf } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { printedCodec } from '../../test/printed-codec.ts'
import { cv18xx } from '../cv18xx.ts'

const chip = cv18xx({ chip: 'cv181x', codec: printedCodec })
const table = new Map(['x', 'c', 'y'].map((name) => [name, { threshold: 4, min: -4, max: 4 }]))

const lowered = (text: string, mode: QuantMode) => resolve({ ...parseGraph(text), name: 'n' }, table, new Map(), chip, { mode }).graph

describe.each(['INT8', 'BF16'] as const)('what is compared element with element: %s', (mode) => {
  it('has computed operands of the shape of the result, repeated along an axis at a time', () => {
    const graph = lowered('x: f32[1,2,2,3]; c: f32[2,1,1]; y = Max(x, c)', mode)
    const compared = mode === 'INT8' ? 'QMax' : 'Max'
    const made = graph.nodes.filter(({ op }) => ['Reshape', 'Tile', compared].includes(op))
    expect(made.map(({ op, attrs }) => [op, attrs.shape ?? attrs.repeats])).toEqual([
      ['Reshape', [1, 2, 1, 1]],
      ['Tile', [1, 1, 1, 3]],
      ['Tile', [1, 1, 2, 1]],
      [compared, undefined],
    ])
    expect(made.at(-1)!.inputs.map((name) => valueOf(graph, name!).type.shape)).toEqual([
      [1, 2, 2, 3],
      [1, 2, 2, 3],
    ])
  })

  it('has operands of the shape of the result where a sum, difference or product would repeat both, which the chip does not', () => {
    for (const op of ['Add', 'Sub', 'Mul']) {
      const shapes = (operands: string) => {
        const graph = lowered(`${operands}; y = ${op}(x, c)`, mode)
        return graph.nodes.find(({ outputs }) => outputs[0] === 'y')!.inputs.map((name) => valueOf(graph, name!).type.shape.join())
      }
      expect(shapes('x: f32[1,2,2,1]; c: f32[1,2,1,3]')).toEqual(['1,2,2,3', '1,2,2,3'])
      expect(shapes('x: f32[1,2,2,3]; c: f32[1,2,1,3]')).toEqual(['1,2,2,3', '1,2,1,3'])
    }
  })

  it('has a number as a constant of every element', () => {
    const graph = lowered('x: f32[1,2,2,3]; c: f32[1] = [1.5]; y = Min(c, x)', mode)
    const constant = graph.values.get(mode === 'INT8' ? 'y_const_min' : 'y_const_min_bf16')!.constant!
    expect(constant.shape).toEqual([1, 2, 2, 3])
    expect(new Set(Array.from(constant.data, Number))).toEqual(new Set([mode === 'INT8' ? Math.round((1.5 / 4) * 127) : 0x3fc0]))
  })

  it('has constants filled up, in bfloat16', () => {
    const graph = lowered('x: f32[1,2,2,3]; c: f32[2,1,1] = [1, -2]; y = Max(x, c)', mode)
    const { shape, data } = graph.values.get('c_bf16')!.constant!
    expect(shape).toEqual([1, 2, 2, 3])
    expect(Array.from(data, Number)).toEqual([...Array(6).fill(0x3f80), ...Array(6).fill(0xc000)])
  })
})
