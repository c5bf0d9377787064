/** Element types of tensors. `f16` and `bf16` are stored as 16-bit patterns, `bool` as one byte. */
export type DType = 'f32' | 'f16' | 'bf16' | 'f64' | 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'bool'

/** The arrays that hold elements; {@link storageArray} says which element type is kept in which. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/**
 * A dense array in C order.
 *
 * `data` is the storage array of `dtype` (bit patterns in a `Uint16Array` for `f16` and `bf16`), or a
 * `Float32Array` of the numbers themselves. Executors use the second form for 16-bit floats, and for
 * the rare results that the declared type cannot hold (some chips leave them unrounded, see the attribute `unrounded`), so
 * nothing is lost on the way to a dump.
 */
export interface Tensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TensorData
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1)
}

/** Distance between neighbours along each axis of an array in C order, in elements. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= shape[i]!
  }
  return strides
}

/** Bytes of one element as stored. */
export const elementBytes: Readonly<Record<DType, number>> = {
  f32: 4,
  f16: 2,
  bf16: 2,
  f64: 8,
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  bool: 1,
}

/** The storage array of each element type. */
export const storageArray = {
  f32: Float32Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  f64: Float64Array,
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>

/** A tensor from its parts. @throws RangeError when `data` has not as many elements as the shape: a defect of the caller */
export function tensor(dtype: DType, shape: readonly number[], data: TensorData): Tensor {
  if (data.length !== elementCount(shape)) {
    throw new RangeError(`a tensor of shape [${shape.join(', ')}] has ${elementCount(shape)} elements, not ${data.length}`)
  }
  return { dtype, shape, data }
}
