import { expect, it } from 'vitest'
import { resolvedText } from '../../test/resolved-text.ts'

it('LRN has the tables of its power, named as in TPU-MLIR 1.30.2', () => {
  const { nodes, values } = resolvedText('x: f32[1,4,2,2]; y = LRN(x) {size = 3, alpha = 0.5, beta = 0.5, bias = 2}').graph
  const node = nodes.find(({ op }) => op === 'LutLRN')!
  expect(node).toMatchObject({ outputs: ['y'], attrs: { size: 3, alpha: 0.5, beta: 0.5, bias: 2, bf16: 'saturate' } })
  expect(node.inputs.slice(1)).toEqual(['y_pow_table_bf16', 'y_pow_mantissa_table_bf16'])
  // 2^-31 at 2^62 and 1 at 1: reciprocal roots
  expect([63, 125].map((i) => values.get('y_pow_table_bf16')!.constant!.data[i])).toEqual([0x3f80, 0x3000])
})

it('LRN of an even number of channels is refused: the chip takes as many above as below', () => {
  expect(() => resolvedText('x: f32[1,4,2,2]; y = LRN(x) {size = 4}')).toThrow(
    expect.objectContaining({ code: 'OP_UNSUPPORTED', found: 'size = 4', at: ['y'] }),
  )
})
