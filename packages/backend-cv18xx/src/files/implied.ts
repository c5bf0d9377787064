import type { Attrs, Node, TensorType } from '@q/ir'
import { castRounding } from '../target.ts'

/** Operators that make no numbers. */
const moving: ReadonlySet<string> = new Set([
  'Abs',
  'DepthToSpace',
  'MaxPool',
  'Reshape',
  'Reverse',
  'Slice',
  'Squeeze',
  'Tile',
  'Transpose',
  'Unsqueeze',
])

/**
 * What the lowered text of the family means without saying it: how bfloat16 numbers are made, where casts go through them, and that their casts round halves to
 * even, of which it says that they go away from zero.
 */
export const implied = ({ op, inputs, outputs, attrs }: Node, typeOf: (name: string) => TensorType): Attrs => {
  const source = typeOf(inputs[0]!).dtype
  const result = typeOf(outputs[0]!).dtype
  if (op === 'QAveragePool') return { sumRounding: 'half-up' }
  if (op === 'DequantizeLinear') return result === 'f32' ? { bf16: 'saturate', through: 'bf16' } : { bf16: 'saturate' }
  if (op === 'QuantizeLinear') {
    if (source !== 'f32') return { rounding: castRounding, bf16: 'saturate' }
    return attrs['rounding'] === 'half-away-from-zero' ? { hostScale: true } : { bf16: 'saturate', through: 'bf16' }
  }
  if (moving.has(op)) return {}
  if (op === 'Affine') return { unrounded: false, bf16: 'saturate' }
  if (op === 'Cast') return { rounding: castRounding, ...(result === 'bf16' ? { bf16: 'truncate' } : {}) }
  return result === 'bf16' ? { bf16: 'saturate' } : {}
}
