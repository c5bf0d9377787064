import type { Tensor } from '@q/ir'

/** The numbers of a tensor as float32, rounded as numpy's `astype(float32)` does; float32 data is handed on as it is. */
export function toFloat32({ dtype, data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return Float32Array.from({ length: data.length }, (_, i) => wide(data[i]!))
  }
  if (dtype === 'f16') return Float32Array.from(data, half)
  if (dtype === 'bf16') return new Float32Array(Uint32Array.from(data, (bits) => bits << 16).buffer)
  return Float32Array.from(data)
}

/** Beyond 53 bits the dropped bits are kept as one sticky bit, so that the later rounding to float32 is the only one. */
function wide(value: bigint): number {
  const exact = Number(value)
  if (Number.isSafeInteger(exact)) return exact
  return Number(((value >> 11n) | ((value & 0x7ffn) === 0n ? 0n : 1n)) << 11n)
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}
