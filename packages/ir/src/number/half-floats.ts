import type { Tensor } from '../tensor/tensor.ts'
import { decodeBf16Array } from './bf16.ts'
import { decodeF16Array } from './f16.ts'

/** The numbers of a tensor of 16-bit floats that is stored in bits; `undefined` for every other tensor, also for one that holds such floats as float32 numbers. */
export function decodeHalfFloats({ dtype, data }: Pick<Tensor, 'dtype' | 'data'>): Float32Array | undefined {
  if (!(data instanceof Uint16Array)) return undefined
  if (dtype === 'f16') return decodeF16Array(data)
  return dtype === 'bf16' ? decodeBf16Array(data) : undefined
}
