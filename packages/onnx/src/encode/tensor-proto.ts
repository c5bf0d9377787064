import { QError, storageArray, type Tensor, type TensorData } from '@q/ir'
import { type Bf16Style, encodeBf16Array, encodeF16Array } from '@q/ir/number'
import type proto from 'onnx-proto'
import { elementTypeNumber } from '../signature/element-types.ts'

/** ONNX keeps subnormal numbers, which chips flush. */
const ieeeBf16: Bf16Style = { rounding: 'half-to-even', overflow: 'infinity', flushSubnormals: false }

/**
 * A tensor as an ONNX message whose raw data is a view of the tensor's own bytes (no copy) wherever the array is the storage
 * of its type. Numbers kept in a `Float32Array` under another element type are converted.
 *
 * @throws QError `ONNX_TENSOR_TYPE` when numbers of a 16-bit float type come without their bit patterns
 */
export function tensorProto(name: string, tensor: Tensor): proto.onnx.ITensorProto {
  return { name, dims: [...tensor.shape], dataType: elementTypeNumber[tensor.dtype], rawData: rawBytes(stored(name, tensor)) }
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
      return encodeF16Array(data)
    case 'bf16':
      return encodeBf16Array(data, ieeeBf16)
    case 'i64':
      return BigInt64Array.from(data, BigInt)
    case 'u64':
      return BigUint64Array.from(data, BigInt)
    default:
      return new (array as Float64ArrayConstructor)(data)
  }
}
