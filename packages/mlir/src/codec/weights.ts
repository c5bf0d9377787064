import type { Tensor, TensorType } from '@q/ir'
import { elementBytes, elementCount, QError, storageArray } from '@q/ir'
import { decodeNpz, encodeNpz } from '@q/npz'

/** Weight tensors by name, or the bytes of the npz file that holds them. */
export type Weights = ReadonlyMap<string, Tensor> | Uint8Array

/** The tensors of a weight file. @throws QError of the npz reader */
export function weightTensors(weights: Weights | undefined, file: string | undefined): ReadonlyMap<string, Tensor> | undefined {
  return weights instanceof Uint8Array ? decodeNpz(weights, file === undefined ? [] : [file]) : weights
}

/** The bytes of a weight file that the vendor's tools read: stored members, C order, format 1.0. */
export function encodeWeights(weights: ReadonlyMap<string, Tensor>): Uint8Array {
  return encodeNpz(
    Array.from(weights, ([name, tensor]) => [name, isPattern(tensor) ? { ...tensor, dtype: 'u16' as const } : tensor] as const),
  )
}

/** 16-bit floats are stored as unsigned integers, since npy has no bfloat16. */
function isPattern({ dtype }: Tensor): boolean {
  return dtype === 'f16' || dtype === 'bf16'
}

/**
 * A stored array as the tensor its type declares. Weight files may hold arrays flat and 16-bit floats as
 * integers; only the number of bytes must fit.
 *
 * @throws QError `WEIGHT_SIZE`
 */
export function asDeclared(stored: Tensor, type: TensorType, at: readonly string[]): Tensor {
  const count = elementCount(type.shape)
  const bytes = count * elementBytes[type.dtype]
  if (stored.data.byteLength !== bytes) {
    throw new QError('WEIGHT_SIZE', 'a weight does not have the size its type declares', {
      at,
      found: `${stored.dtype} [${stored.shape.join(', ')}], ${stored.data.byteLength} bytes`,
      wanted: `${type.dtype} [${type.shape.join(', ')}], ${bytes} bytes`,
      hint: 'give the weight file that belongs to this text file',
    })
  }
  const Storage = storageArray[type.dtype]
  if (stored.data instanceof Storage) return { dtype: type.dtype, shape: type.shape, data: stored.data }
  const copy = stored.data.slice()
  return { dtype: type.dtype, shape: type.shape, data: new Storage(copy.buffer as ArrayBuffer, copy.byteOffset, count) }
}
