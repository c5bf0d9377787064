import type { Tensor } from '@q/ir'
import { closeOrder, similarity } from './tensor-similarity.ts'
import type { Similarity } from './tensor-similarity.ts'

export type Verdict = 'EQUAL' | 'CLOSE' | 'SIMILAR' | 'NOT_EQUAL' | 'NOT_SIMLIAR' | 'NOT_MATCH'

/** The comparison of one tensor. `NOT_SIMLIAR` is spelt as the tools that scripts parse spell it. */
export interface TensorVerdict {
  readonly name: string
  readonly verdict: Verdict
  readonly passed: boolean
  readonly shape: readonly number[]
  readonly integers: boolean
  readonly similarity?: Similarity
  readonly closeOrder?: number
}

/** What a comparison must exceed. */
export interface Tolerance {
  readonly cosine: number
  readonly euclidean: number
  /** Whether int8 tensors must be equal; otherwise they are compared as numbers. @default true */
  readonly exactIntegers?: boolean
}

/**
 * Compares one tensor with its reference: EQUAL when identical, CLOSE when all elements agree to three digits, else
 * SIMILAR when cosine and euclidean similarity both exceed the tolerance. Int8 tensors must be equal.
 */
export function compareTensor(name: string, target: Tensor, reference: Tensor, tolerance: Tolerance): TensorVerdict {
  const integers = target.dtype === 'i8' || reference.dtype === 'i8'
  const common = { name, shape: target.shape, integers: target.dtype === 'i8' }
  if (target.data.length !== reference.data.length) return { ...common, verdict: 'NOT_MATCH', passed: false }
  const a = numbers(target, integers)
  const b = numbers(reference, integers)
  if (a.every((value, i) => value === b[i])) return { ...common, verdict: 'EQUAL', passed: true }
  if (integers && tolerance.exactIntegers !== false) return { ...common, verdict: 'NOT_EQUAL', passed: false }
  const order = closeOrder(a, b)
  if (order >= 3) return { ...common, verdict: 'CLOSE', passed: true, closeOrder: order }
  const alike = similarity(a, b)
  const passed = alike.cosine > tolerance.cosine && alike.euclidean > tolerance.euclidean
  return { ...common, verdict: passed ? 'SIMILAR' : 'NOT_SIMLIAR', passed, similarity: alike }
}

/** The elements as float32 numbers; bit patterns of bfloat16 (`u16`) are decoded; integers wrap to int8 when asked. */
function numbers(tensor: Tensor, asInt8: boolean): Float32Array {
  if (asInt8) return Float32Array.from(Int8Array.from(tensor.data as Float32Array))
  if (tensor.data instanceof Float32Array) return tensor.data
  if (tensor.dtype === 'f16') return Float32Array.from(tensor.data as Uint16Array, halfToNumber)
  if (tensor.data instanceof Uint16Array) {
    const bits = Uint32Array.from(tensor.data, (half) => half * 65536)
    return new Float32Array(bits.buffer)
  }
  return Float32Array.from(tensor.data as Int32Array, Number)
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
