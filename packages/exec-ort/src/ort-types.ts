import { type DType, QError } from '@q/ir'

/** What ONNX Runtime calls the element types that tensors come and go in. */
export const ortTypes: Readonly<Partial<Record<DType, string>>> = {
  f32: 'float32',
  f64: 'float64',
  f16: 'float16',
  u8: 'uint8',
  i8: 'int8',
  u16: 'uint16',
  i16: 'int16',
  u32: 'uint32',
  i32: 'int32',
  u64: 'uint64',
  i64: 'int64',
  bool: 'bool',
}

const dtypes = new Map(Object.entries(ortTypes).map(([dtype, type]) => [type, dtype as DType]))

/** Our element type for one of ONNX Runtime's. @throws QError `ORT_REFUSED` for elements that are no numbers */
export function dtypeOf(type: string): DType {
  const dtype = dtypes.get(type)
  if (dtype !== undefined) return dtype
  throw new QError('ORT_REFUSED', 'ONNX Runtime gives elements of a type that is no number', {
    found: type,
    wanted: [...dtypes.keys()].join(', '),
    hint: 'keep this value out of the network',
  })
}
