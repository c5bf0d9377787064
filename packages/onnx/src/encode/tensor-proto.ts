import { type DType, QError, storageArray, type Tensor, type TensorData } from '@q/ir'
import type proto from 'onnx-proto'

type DataType = proto.onnx.TensorProto.DataType

/** ONNX's number of each element type. */
export const dataTypeOf: Readonly<Record<DType, DataType>> = {
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
}

/**
 * A tensor as an ONNX message whose raw data is a view of the tensor's own bytes (no copy) wherever the array is the storage
 * of its type. Numbers kept in a `Float32Array` under another element type are converted.
 *
 * @throws QError `ONNX_TENSOR_TYPE` when numbers of a 16-bit float type come without their bit patterns
 */
export function tensorProto(name: string, tensor: Tensor): proto.onnx.ITensorProto {
  return { name, dims: [...tensor.shape], dataType: dataTypeOf[tensor.dtype], rawData: rawBytes(stored(name, tensor)) }
}

function rawBytes(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function stored(name: string, { dtype, data }: Tensor): TensorData {
  const array = storageArray[dtype]
  if (data instanceof array) return data
  if (!(data instanceof Float32Array)) {
    throw new QError('ONNX_TENSOR_TYPE', 'the elements of a tensor are not stored in its own type', {
      at: [name],
      found: data.constructor.name,
      wanted: array.name,
      hint: 'keep the elements in this kind of array, or in a Float32Array',
    })
  }
  switch (dtype) {
    case 'f16':
      return Uint16Array.from(data, halfBits)
    case 'bf16':
      return Uint16Array.from(data, bfloatBits)
    case 'i64':
      return BigInt64Array.from(data, BigInt)
    case 'u64':
      return BigUint64Array.from(data, BigInt)
    default:
      return new (array as Float64ArrayConstructor)(data)
  }
}

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/** Bits of the binary16 nearest to a number, ties to even. */
function halfBits(x: number): number {
  float[0] = x
  const bits = word[0]!
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) {
    const units = Math.abs(float[0]!) * 2 ** 24
    const down = Math.floor(units)
    const rest = units - down
    return sign | (down + (rest > 0.5 || (rest === 0.5 && (down & 1) === 1) ? 1 : 0))
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1)
  return sign | ((rounded - 0x38000000) >>> 13)
}

/** Bits of the bfloat16 nearest to a number, ties to even. */
function bfloatBits(x: number): number {
  float[0] = x
  const bits = word[0]!
  if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}
