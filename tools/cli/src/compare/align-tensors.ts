import type { Tensor } from '@q/ir'
import { decodeBf16Array, decodeF16Array } from '@q/ir/number'

/** Two tensors as arrays of numbers of one length and one type. */
export interface AlignedPair {
  readonly target: Float32Array
  readonly reference: Float32Array
  /** What both are compared as: int8 when one of them is, else int32 when one of them is, else float32. */
  readonly type: 'int8' | 'int32' | 'float32'
  /** Whether the larger was cut to the size of the smaller. */
  readonly cropped: boolean
}

/**
 * Makes two tensors comparable: the reference is reshaped when the sizes agree; otherwise the one that is larger along
 * every axis is cut at its beginning; 16-bit integers are read as bfloat16.
 *
 * @returns nothing when neither fits into the other
 */
export function alignTensors(target: Tensor, reference: Tensor): AlignedPair | undefined {
  const type = [target.dtype, reference.dtype].includes('i8')
    ? 'int8'
    : [target.dtype, reference.dtype].includes('i32')
      ? 'int32'
      : 'float32'
  const a = cast(numbersOf(target), type)
  const b = cast(numbersOf(reference), type)
  if (a.length === b.length) return { target: a, reference: b, type, cropped: false }
  const { shape: from } = target
  const { shape: to } = reference
  if (from.length !== to.length) return undefined
  if (from.every((size, i) => size >= to[i]!)) return { target: crop(a, from, to), reference: b, type, cropped: true }
  if (from.every((size, i) => size <= to[i]!)) return { target: a, reference: crop(b, to, from), type, cropped: true }
  return undefined
}

function numbersOf({ dtype, data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data
  if (data instanceof Uint16Array) return dtype === 'f16' ? decodeF16Array(data) : decodeBf16Array(data)
  return Float32Array.from(data as Int32Array, Number)
}

function cast(numbers: Float32Array, type: AlignedPair['type']): Float32Array {
  if (type === 'float32') return numbers
  return Float32Array.from(type === 'int8' ? Int8Array.from(numbers) : Int32Array.from(numbers))
}

function crop(numbers: Float32Array, from: readonly number[], to: readonly number[]): Float32Array {
  const strides = from.map((_, i) => from.slice(i + 1).reduce((product, size) => product * size, 1))
  const cut = new Float32Array(to.reduce((product, size) => product * size, 1))
  for (let i = 0; i < cut.length; i++) {
    let rest = i
    let source = 0
    for (let axis = to.length - 1; axis >= 0; axis--) {
      source += (rest % to[axis]!) * strides[axis]!
      rest = Math.floor(rest / to[axis]!)
    }
    cut[i] = numbers[source]!
  }
  return cut
}
