import type { AttributeCase } from './attribute-cases.ts'
import { numbers } from './onnx-file.ts'

/** Four heads of queries that share two of keys. */
const flat: AttributeCase = {
  op: 'Attention',
  x: numbers([2, 3, 16]),
  operands: 'x k v',
  constants: { k: numbers([2, 5, 8], -3, 3), v: numbers([2, 5, 12]) },
  attrs: { q_num_heads: 4, kv_num_heads: 2 },
  opset: 23,
  values: {},
}

const angles = { c: numbers([2, 3, 4]), s: numbers([2, 3, 4]) }
const turned: AttributeCase = {
  op: 'RotaryEmbedding',
  x: numbers([2, 2, 3, 8]),
  operands: 'x c s',
  constants: angles,
  opset: 23,
  values: {},
}

/** Attributes of the operators that attend. */
export const attentionAttributeCases: readonly AttributeCase[] = [
  { ...flat, values: { q_num_heads: [4], kv_num_heads: [2], is_causal: [1], scale: [0.3, 0.9, -1], softcap: [0.5, -1] } },
  { ...flat, values: { softmax_precision: [1, 10, 11, 16] } },
  { ...flat, results: 'y - - q', values: { qk_matmul_output_mode: [1, 2, 3, 4] } },
  { ...turned, values: { interleaved: [1], num_heads: [2, 3] } },
  { ...turned, x: numbers([2, 2, 3, 12]), attrs: { num_heads: 2 }, values: { rotary_embedding_dim: [8, 7, 14] } },
  { ...turned, x: numbers([2, 3, 16]), values: { num_heads: [2, 3] } },
]
