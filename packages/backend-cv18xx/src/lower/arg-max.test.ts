import { describe, expect, it } from 'vitest'
import { resolvedText } from '../../test/resolved-text.ts'

const lowered = (call: string, shape = '1,3,2,2') => resolvedText(`x: f32[${shape}]; y = ${call}`).graph
const opsOf = (graph: ReturnType<typeof lowered>) => graph.nodes.map(({ op }) => op).filter((op) => op !== 'Cast')

describe('an ArgMax', () => {
  it('is found by the host along the last axis, where the chip has found the largest elements', () => {
    const graph = lowered('ArgMax(x) {axis = 3}')
    expect(opsOf(graph)).toEqual(['ReduceMax', 'ArgMax'])
    const [place] = graph.nodes.filter(({ op }) => op === 'ArgMax')
    const types = [...place!.inputs, 'y'].map((name) => graph.values.get(name!)!.type)
    expect(types.map(({ dtype }) => dtype)).toEqual(['bf16', 'bf16', 'f32'])
    expect(types.map(({ shape }) => shape.join())).toEqual(['1,3,2,2', '1,3,2,1', '1,3,2,1'])
  })

  it('along another axis is brought there, and its places are laid out as those of the model', () => {
    const graph = lowered('ArgMax(x) {axis = 1, keepdims = false}')
    expect(opsOf(graph)).toEqual(['Transpose', 'ReduceMax', 'ArgMax'])
    expect(graph.nodes.find(({ op }) => op === 'Transpose')!.attrs).toMatchObject({ perm: [0, 2, 3, 1] })
    expect(graph.values.get('y')!.type).toMatchObject({ dtype: 'f32', shape: [1, 2, 2] })
  })

  /* The runtime of TPU-MLIR 1.30.2 does not load a program that ends in what has no commands. */
  it('whose axis stays is laid out anew, and a warning says where the container cannot be loaded', () => {
    const told = (rest: string) => {
      const { graph: made, diagnostics } = resolvedText(`x: f32[1,3,2,2]; y = ArgMax(x) {axis = 1}${rest}`)
      expect(opsOf(made).slice(0, 4)).toEqual(['Transpose', 'ReduceMax', 'ArgMax', 'Reshape'])
      return diagnostics.filter(({ code }) => code === 'CHIP_LIMIT').map(({ at }) => at.join())
    }
    expect(told('')).toEqual(['y'])
    expect(told('; z = Relu(y)')).toEqual([])
  })

  it.each([
    ['ArgMax(x) {axis = 1, select_last_index = true}', '1,3,2,2', 'select_last_index'],
    ['ArgMax(x) {axis = 1}', '1,257', 'an axis of 257 elements'],
  ])('is refused in forms that the host does not have: %s', (call, shape, found) => {
    expect(() => lowered(call, shape)).toThrowError(expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['y'], found }))
  })
})
