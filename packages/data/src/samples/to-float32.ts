import type { Tensor } from '@q/ir'
import { decodeHalfFloats } from '@q/ir/number'

/** The numbers of a tensor as float32, rounded as numpy's `astype(float32)` does; float32 data is handed on as it is. */
export function toFloat32(tensor: Tensor): Float32Array {
  const { data } = tensor
  if (data instanceof Float32Array) return data
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return Float32Array.from({ length: data.length }, (_, i) => wide(data[i]!))
  }
  return decodeHalfFloats(tensor) ?? Float32Array.from(data)
}

/** Beyond 53 bits the dropped bits are kept as one sticky bit, so that the later rounding to float32 is the only one. */
function wide(value: bigint): number {
  const exact = Number(value)
  if (Number.isSafeInteger(exact)) return exact
  return Number(((value >> 11n) | ((value & 0x7ffn) === 0n ? 0n : 1n)) << 11n)
}
