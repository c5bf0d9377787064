import { type DType, elementCount, storageArray, stridesOf, type Tensor } from '@q/ir'
import { broadcastElements } from '@q/ir/graph'
import { decodeHalfFloats } from '@q/ir/number'

/**
 * A known tensor while constants are folded. Floats of 32 bits and less are held as float32, everything else as double, which
 * is exact for integers below 2^53.
 */
export interface Literal {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array
  /** The elements as they are, where doubles do not hold all of them. */
  readonly exact?: BigInt64Array | BigUint64Array
}

/** The largest number of float32. */
export const largestF32 = (2 - 2 ** -23) * 2 ** 127

/** Whether a type's elements are real numbers. */
export const isFloat = (dtype: DType): boolean => dtype === 'f32' || dtype === 'f16' || dtype === 'bf16' || dtype === 'f64'

/** An array for elements of a type. */
export function elementsOf(dtype: DType, count: number): Float32Array | Float64Array {
  return dtype === 'f32' || dtype === 'f16' || dtype === 'bf16' ? new Float32Array(count) : new Float64Array(count)
}

/** A literal from its elements. */
export function literal(dtype: DType, shape: readonly number[], elements: ArrayLike<number>): Literal {
  const data = elementsOf(dtype, elementCount(shape))
  data.set(elements)
  return { dtype, shape, data }
}

/** A literal of whole numbers, as shapes are. */
export const whole = (elements: readonly number[], shape: readonly number[] = [elements.length]): Literal => literal('i64', shape, elements)

/** Whether a whole number has no neighbours that are the same double. */
export const isHeld = (x: number): boolean => Math.abs(x) <= Number.MAX_SAFE_INTEGER

/** A tensor as a literal; float32 data is shared, not copied. */
export function literalOf(tensor: Tensor): Literal {
  const { dtype, shape, data } = tensor
  if (data instanceof Float32Array || data instanceof Float64Array) return { dtype, shape, data }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const numbers = new Float64Array(data.length)
    for (let i = 0; i < numbers.length; i++) numbers[i] = Number(data[i])
    return { dtype, shape, data: numbers, ...(numbers.every(isHeld) ? {} : { exact: data }) }
  }
  return { dtype, shape, data: decodeHalfFloats(tensor) ?? Float64Array.from(data) }
}

/** A literal as a tensor in the storage of its type; numbers of 16-bit floats stay float32. */
export function tensorOf({ dtype, shape, data, exact }: Literal): Tensor {
  if (exact !== undefined) return { dtype, shape, data: exact }
  const array = storageArray[dtype]
  if (data instanceof array || data instanceof Float32Array) return { dtype, shape, data }
  if (dtype === 'f16' || dtype === 'bf16') return { dtype, shape, data: Float32Array.from(data) }
  if (dtype === 'i64' || dtype === 'u64') {
    const integers = new storageArray[dtype](data.length) as BigInt64Array | BigUint64Array
    for (let i = 0; i < integers.length; i++) integers[i] = toBigInt(data[i]!)
    return { dtype, shape, data: integers }
  }
  return { dtype, shape, data: new (array as Int32ArrayConstructor)(data) }
}

function toBigInt(x: number): bigint {
  if (x >= 2 ** 63) return 2n ** 63n - 1n
  return BigInt(Math.trunc(x))
}

/**
 * Elements at `offset + sum of index * stride` for every index of `shape`, in order: transposition, slicing and broadcasting
 * are all this walk.
 */
export function gatherStrided(x: Literal, shape: readonly number[], strides: readonly number[], offset = 0): Literal {
  const count = elementCount(shape)
  const data = elementsOf(x.dtype, count)
  const rank = shape.length
  const index = new Array<number>(rank).fill(0)
  let at = offset
  for (let i = 0; i < count; i++) {
    data[i] = x.data[at]!
    for (let axis = rank - 1; axis >= 0; axis--) {
      at += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      at -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return { dtype: x.dtype, shape, data }
}

/** A literal repeated to a larger shape (NumPy rules). */
export const broadcastTo = (x: Literal, shape: readonly number[]): Literal => ({
  dtype: x.dtype,
  shape,
  data: broadcastElements(x.data, x.shape, shape),
})

/** Elements in a form that tells all numbers apart. */
export const elementsAsText = ({ data }: Literal): string => Array.from(data, (each) => (Object.is(each, -0) ? '-0' : String(each))).join()

/** A literal with its axes in another order. */
export function permuted(x: Literal, perm: readonly number[]): Literal {
  const own = stridesOf(x.shape)
  return gatherStrided(
    x,
    perm.map((axis) => x.shape[axis]!),
    perm.map((axis) => own[axis]!),
  )
}
