import type { Tensor } from '@q/ir'
import { decodeF16, encodeF16 } from '@q/ir/number'

/**
 * A tensor of 16-bit floats in two bytes each: executors hand them out as float32 numbers. One that holds a number which its type cannot is left as it is, so
 * that nothing is lost.
 */
export function inTwoBytes(tensor: Tensor): Tensor {
  const { dtype, shape, data } = tensor
  if (!(data instanceof Float32Array)) return tensor
  const bits = dtype === 'f16' ? halfBits(data) : upperBits(data)
  return bits === undefined ? tensor : { dtype, shape, data: bits }
}

function halfBits(numbers: Float32Array): Uint16Array | undefined {
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)
  const bits = new Uint16Array(numbers.length)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const exponent = (word >>> 23) & 0xff
    if (exponent >= 113 && exponent <= 142 && (word & 0x1fff) === 0) {
      bits[i] = ((word >>> 16) & 0x8000) | (((word & 0x7fffffff) - 0x38000000) >>> 13)
      continue
    }
    const number = numbers[i]!
    const half = encodeF16(number)
    if (number === number && decodeF16(half) !== number) return undefined
    bits[i] = half
  }
  return bits
}

function upperBits(numbers: Float32Array): Uint16Array | undefined {
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)
  const bits = new Uint16Array(numbers.length)
  for (let i = 0; i < words.length; i++) {
    if ((words[i]! & 0xffff) !== 0) return undefined
    bits[i] = words[i]! >>> 16
  }
  return bits
}
