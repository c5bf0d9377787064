import { type DType, elementCount, QError, storageArray, type Tensor, type TensorType } from '@q/ir'
import { decodeHalfFloats } from '@q/ir/number'

import type { Numbers, Operand } from './kernel.ts'

/** The elements as numbers: bit patterns of 16-bit floats decoded, 64-bit integers as doubles. */
function toNumbers(tensor: Tensor): Numbers {
  const { data } = tensor
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data as ArrayLike<bigint>, Number)
  return decodeHalfFloats(tensor) ?? data
}

/** A tensor as an operand of `type`, with its elements as they are where numbers would lose digits. */
export function toOperand(type: TensorType, tensor: Tensor): Operand {
  const data = toNumbers(tensor)
  const elements = tensor.data
  if (!(elements instanceof BigInt64Array || elements instanceof BigUint64Array) || data.every((each) => Number.isSafeInteger(each)))
    return { type, data }
  return { type, data, exact: elements }
}

/** A tensor that its receiver may keep: 64-bit integers are stored as such; `copy` when the array is somebody else's. */
export function toTensor(type: TensorType, data: Numbers, copy: boolean): Tensor {
  const { dtype, shape } = type
  if (dtype === 'i64') return { dtype, shape, data: BigInt64Array.from(data as ArrayLike<number>, BigInt) }
  if (dtype === 'u64') return { dtype, shape, data: BigUint64Array.from(data as ArrayLike<number>, BigInt) }
  const stored = storedAs(dtype, data)
  return { dtype, shape, data: copy && stored === data ? data.slice() : stored }
}

/** Elements in the array of their type; as plain numbers where they are codes that it does not hold, which copies hand on. */
function storedAs(dtype: DType, data: Numbers): Numbers {
  const array = storageArray[dtype] as Uint8ArrayConstructor
  if (data instanceof array || data instanceof Float32Array) return data
  const stored = array.from(data)
  return stored.every((each, i) => each === data[i]) ? stored : Float32Array.from(data)
}

/**
 * Checks a tensor that is fed against the declared type of its value.
 *
 * @throws QError `FEED_TYPE`
 */
export function checkFeed(name: string, type: TensorType, fed: Tensor): void {
  const sameShape = fed.shape.length === type.shape.length && fed.shape.every((dim, i) => dim === type.shape[i])
  const fits = fed.data instanceof storageArray[fed.dtype] || fed.data instanceof Float32Array
  if (fed.dtype !== type.dtype || !sameShape || fed.data.length !== elementCount(type.shape) || !fits) {
    throw new QError('FEED_TYPE', `the tensor fed as ${name} is not of the declared type`, {
      at: [name],
      found: `${fed.dtype} [${fed.shape.join(', ')}], ${fed.data.length} elements in a ${fed.data.constructor.name}`,
      wanted: `${type.dtype} [${type.shape.join(', ')}], ${elementCount(type.shape)} elements in a ${storageArray[type.dtype].name} or Float32Array`,
      hint: 'convert the sample, or load the graph it was made for',
    })
  }
}
