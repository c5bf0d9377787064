import type { Quant, Tensor } from '@q/ir'
import { stridesOf } from '@q/ir'
import { decodeHalfFloats } from '@q/ir/number'

/** The real numbers of a tensor: codes times their scale, in float32 as every tool that compares does it; floats as they are. */
export function realNumbers(tensor: Tensor, quant?: Quant): Float32Array | Float64Array {
  const { shape, data } = tensor
  if (data instanceof Float32Array || data instanceof Float64Array) return quant === undefined ? data : scaled(data, quant, shape)
  const halfFloats = decodeHalfFloats(tensor)
  if (halfFloats !== undefined) return halfFloats
  const numbers =
    data instanceof BigInt64Array || data instanceof BigUint64Array ? Float64Array.from(data, Number) : (data as ArrayLike<number>)
  return quant === undefined ? Float32Array.from(numbers) : scaled(numbers, quant, shape)
}

function scaled(codes: ArrayLike<number>, { scale, zeroPoint, axis, scales, zeroPoints }: Quant, shape: readonly number[]): Float32Array {
  const numbers = new Float32Array(codes.length)
  if (axis === undefined || scales === undefined) {
    for (let i = 0; i < codes.length; i++) numbers[i] = (codes[i]! - zeroPoint) * scale
    return numbers
  }
  const stride = stridesOf(shape)[axis]!
  for (let i = 0; i < codes.length; i++) {
    const place = Math.floor(i / stride) % scales.length
    numbers[i] = (codes[i]! - (zeroPoints?.[place] ?? zeroPoint)) * scales[place]!
  }
  return numbers
}
