import type { DType } from '@q/ir'

/** ONNX's number of each element type. */
export const elementTypeNumber = {
  f32: 1,
  u8: 2,
  i8: 3,
  u16: 4,
  i16: 5,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  f64: 11,
  u32: 12,
  u64: 13,
  bf16: 16,
} as const satisfies Readonly<Record<DType, number>>

/** The element type of a number; other numbers are types that cannot be used here. */
export const elementTypes: ReadonlyMap<number, DType> = new Map(
  Object.entries(elementTypeNumber).map(([dtype, number]) => [number, dtype as DType]),
)

/** Names of the element types that cannot be used. */
export const otherElementTypes: ReadonlyMap<number, string> = new Map([
  [8, 'string'],
  [14, 'complex64'],
  [15, 'complex128'],
  [17, 'float8e4m3fn'],
  [18, 'float8e4m3fnuz'],
  [19, 'float8e5m2'],
  [20, 'float8e5m2fnuz'],
  [21, 'uint4'],
  [22, 'int4'],
  [23, 'float4e2m1'],
])
