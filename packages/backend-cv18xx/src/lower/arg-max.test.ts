import type { QuantMode } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { resolvedText } from '../../test/resolved-text.ts'

const lowered = (call: string, shape = '1,3,2,2', mode: QuantMode = 'INT8') => resolvedText(`x: f32[${shape}]; y = ${call}`, mode).graph
const opsOf = (graph: ReturnType<typeof lowered>) => graph.nodes.map(({ op }) => op).filter((op) => op !== 'Cast')

describe('an ArgMax', () => {
  it.each([
    ['INT8', 'QReduce', 'i8'],
    ['BF16', 'ReduceMax', 'bf16'],
  ] as const)('is found by the host along the last axis, where the chip has found the largest elements, in %s', (mode, op, dtype) => {
    const graph = lowered('ArgMax(x) {axis = 3}', '1,3,2,2', mode)
    expect(opsOf(graph).slice(-2)).toEqual([op, 'ArgMax'])
    const [place] = graph.nodes.filter(({ op }) => op === 'ArgMax')
    const types = [...place!.inputs, 'y'].map((name) => graph.values.get(name!)!.type)
    expect(types.map((each) => each.dtype)).toEqual([dtype, dtype, 'f32'])
    expect(types.map(({ shape }) => shape.join())).toEqual(['1,3,2,2', '1,3,2,1', '1,3,2,1'])
  })

  it('along another axis is brought there, and its places are laid out as those of the model', () => {
    const graph = lowered('ArgMax(x) {axis = 1, keepdims = false}')
    expect(opsOf(graph)).toEqual(['QuantizeLinear', 'Transpose', 'QReduce', 'ArgMax'])
    expect(graph.nodes.find(({ op }) => op === 'Transpose')!.attrs).toMatchObject({ perm: [0, 2, 3, 1] })
    expect(graph.values.get('y')!.type).toMatchObject({ dtype: 'f32', shape: [1, 2, 2] })
  })

  it('whose axis stays is laid out by the host itself', () => {
    const graph = lowered('ArgMax(x) {axis = 1}')
    expect(opsOf(graph)).toEqual(['QuantizeLinear', 'Transpose', 'QReduce', 'ArgMax'])
    expect(graph.nodes.at(-1)!.attrs).toMatchObject({ axis: 3, shape: [1, 1, 2, 2] })
    expect(graph.values.get('y')!.type.shape).toEqual([1, 1, 2, 2])
  })

  it('is refused where its elements are used', () => {
    const text = 'x: f32[1,3,2,2]; y, v = ArgMax(x) {axis = 1, keepdims = false}; z = Relu(v)'
    expect(() => resolvedText(text)).toThrowError(
      expect.objectContaining({
        code: 'OP_UNSUPPORTED',
        at: ['y'],
        found: 'v, which is used',
        wanted: 'the places alone, and a ReduceMax',
      }),
    )
  })

  it.each([
    ['ArgMax(x) {axis = 1, select_last_index = true}', '1,3,2,2', 'select_last_index'],
    ['ArgMax(x) {axis = 1}', '1,257', 'an axis of 257 elements'],
  ])('is refused in forms that the host does not have: %s', (call, shape, found) => {
    expect(() => lowered(call, shape)).toThrowError(expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['y'], found }))
  })
})
