import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { type ComposedCase, expectEqual, fed, fileOf, ids } from './composed-case.ts'
import type { SmallNode } from './onnx-file.ts'

const heads = { x: fed([2, 4, 3, 8]), k: fed([2, 2, 5, 8]), v: fed([2, 2, 5, 6]) }
const past = { p: fed([2, 2, 2, 8]), q: fed([2, 2, 2, 6]) }
const attention = (operands: string, results = 'y', attrs: SmallNode[3] = {}): SmallNode => ['Attention', operands, results, attrs]

const cases: Readonly<Record<string, ComposedCase>> = {
  'heads that share keys': { nodes: [attention('x k v')], fed: heads },
  'heads along the last axis': {
    nodes: [attention('x k v', 'y', { q_num_heads: 4, kv_num_heads: 4 })],
    fed: { x: fed([2, 3, 8]), k: fed([2, 5, 8]), v: fed([2, 5, 12]) },
  },
  'what is remembered, and told': {
    nodes: [attention('x k v - p q', 'y pk pv', { is_causal: 1 })],
    fed: { ...heads, ...past },
    outputs: 'y pk pv',
  },
  'a computed mask of terms, what the products are': {
    nodes: [attention('x k v m', 'y - - s', { qk_matmul_output_mode: 3, is_causal: 1 })],
    fed: { ...heads, m: fed([4, 3, 5]) },
    outputs: 'y s',
  },
  'products that are capped': {
    nodes: [attention('x k v', 'y - - s', { qk_matmul_output_mode: 2, softcap: 0.5 })],
    fed: heads,
    outputs: 'y s',
  },
  'halves turned by angles of computed places': {
    nodes: [['RotaryEmbedding', 'x c s i', 'y', { rotary_embedding_dim: 4, num_heads: 2 }]],
    fed: { x: fed([2, 3, 12]), c: fed([9, 2]), s: fed([9, 2]), i: ids([2, 3], 0, 1, 2, 8, 7, 3) },
  },
  'neighbours turned by angles': {
    nodes: [['RotaryEmbedding', 'x c s', 'y', { interleaved: 1 }]],
    fed: { x: fed([2, 2, 3, 6]), c: fed([2, 3, 3]), s: fed([2, 3, 3]) },
  },
  'a mask of truths': {
    nodes: [attention('x k v m')],
    fed: heads,
    constants: { m: { data: [1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1], shape: [3, 5], dtype: 'bool' } },
  },
}

const refused: Readonly<Record<string, readonly [ComposedCase, RegExp]>> = {
  'heads that nothing tells': [
    { nodes: [attention('x k v')], fed: { x: fed([1, 2, 4]), k: fed([1, 2, 4]), v: fed([1, 2, 4]) } },
    /q_num_heads/,
  ],
  'another number of heads than there are': [{ nodes: [attention('x k v', 'y', { q_num_heads: 2 })], fed: heads }, /q_num_heads/],
  'keys without values to remember': [{ nodes: [attention('x k v - p')], fed: { ...heads, p: past.p } }, /remembers/],
  'keys of another size': [{ nodes: [attention('x k v')], fed: { ...heads, k: fed([2, 2, 5, 7]) } }, /K of this shape/],
  'a cap and a mask': [{ nodes: [attention('x k v', 'y', { softcap: 2, is_causal: 1 })], fed: heads }, /softcap and a mask/],
  'products with a mask': [
    { nodes: [attention('x k v', 'y - - s', { qk_matmul_output_mode: 1, is_causal: 1 })], fed: heads, outputs: 'y s' },
    /products of this kind/,
  ],
  'a query without keys': [
    {
      nodes: [attention('x k v m', 'y', { is_causal: 1 })],
      fed: heads,
      constants: { m: { data: [1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1], shape: [3, 5], dtype: 'bool' } },
    },
    /sees no key/,
  ],
  'a mask of another size': [{ nodes: [attention('x k v m')], fed: { ...heads, m: fed([3, 6]) } }, /attn_mask of this shape/],
}

describe('attention', () => {
  it.each(Object.entries(cases))('%s', (_, each) => expectEqual({ opset: 23, ...each }))

  it.each(Object.entries(refused))('%s: refused', async (_, [each, word]) => {
    await expect(importOnnx(fileOf({ opset: 23, ...each }))).rejects.toThrow(word)
  })
})
