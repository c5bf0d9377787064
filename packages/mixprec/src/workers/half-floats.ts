import type { Tensor } from '@q/ir'
import { toBf16Bits, toF16Bits } from '@q/ir/number'

/** A tensor of 16-bit floats in two bytes each, where it holds nothing that these cannot: executors hand them out as float32 numbers. */
export function inTwoBytes(tensor: Tensor): Tensor {
  const { dtype, shape, data } = tensor
  if (!(data instanceof Float32Array)) return tensor
  return { dtype, shape, data: dtype === 'f16' ? toF16Bits(data) : toBf16Bits(data) }
}
