import { type DType, elementBytes, elementCount, QError, storageArray, type Tensor, type TensorData } from '@q/ir'
import type proto from 'onnx-proto'
import { elementTypes, otherElementTypes } from '../signature/element-types.ts'
import { type ExternalPlace, externalPlace } from './external-data.ts'

/** Our element type for an ONNX data type number. @throws QError `ONNX_TENSOR_TYPE` */
export function dtypeOf(dataType: number | null | undefined, place: readonly string[]): DType {
  const dtype = elementTypes.get(dataType ?? 0)
  if (dtype !== undefined) return dtype
  throw new QError('ONNX_TENSOR_TYPE', 'the element type of a tensor cannot be used', {
    at: place,
    found: otherElementTypes.get(dataType ?? 0) ?? `data type ${dataType ?? 0}`,
    wanted: [...elementTypes.values()].join(', '),
    hint: 'export the model with one of these element types',
  })
}

/** An `int64` field as a number. */
export function toNumber(value: number | { toNumber(): number } | null | undefined): number {
  return typeof value === 'object' && value !== null ? value.toNumber() : (value ?? 0)
}

/** Finds bytes of a file that stands beside the model: those of the part, or as many of them as the file has. */
export type ReadExternal = (location: string, part: Pick<ExternalPlace, 'offset' | 'length'>) => Uint8Array | Promise<Uint8Array>

/** Hands out parts of the external files of one model. */
export type ExternalFiles = (part: ExternalPlace, place: readonly string[]) => Promise<Uint8Array>

/** Reads external files through the caller's function. */
export function externalFiles(read: ReadExternal | undefined): ExternalFiles {
  return async ({ location, offset, length }, place) => {
    if (read !== undefined) return read(location, { offset, length })
    throw new QError('ONNX_EXTERNAL_DATA', 'the weights of this model lie in another file', {
      at: place,
      found: `external data in ${location}`,
      wanted: 'a way to read it',
      hint: 'pass readExternal, or keep the file beside the model',
    })
  }
}

/**
 * The elements of an ONNX tensor, whichever way they are stored: raw bytes, typed fields or another file.
 *
 * @throws QError `ONNX_TENSOR_TYPE`, `ONNX_TENSOR_SIZE`, `ONNX_EXTERNAL_DATA`
 */
export async function readTensor(source: proto.onnx.ITensorProto, external: ExternalFiles, place: readonly string[]): Promise<Tensor> {
  const at = [...place, source.name === undefined || source.name === null || source.name === '' ? 'a tensor' : source.name]
  const dtype = dtypeOf(source.dataType, at)
  const shape = (source.dims ?? []).map(toNumber)
  if (shape.some((size) => !(size >= 0))) throw wrongSize(at, `shape [${shape.join(', ')}]`, 'no negative sizes')
  const count = elementCount(shape)
  if (source.dataLocation === 1)
    return { dtype, shape, data: fromBytes(dtype, count, await externalBytes(source, external, count * elementBytes[dtype], at), at) }
  if (source.rawData !== undefined && source.rawData !== null && (source.rawData.length > 0 || count === 0)) {
    return { dtype, shape, data: fromBytes(dtype, count, source.rawData, at) }
  }
  return { dtype, shape, data: fromFields(dtype, count, source, at) }
}

async function externalBytes(
  source: proto.onnx.ITensorProto,
  external: ExternalFiles,
  size: number,
  at: readonly string[],
): Promise<Uint8Array> {
  const part = externalPlace(source, size, at)
  if (part.length !== size) throw wrongSize(at, `${part.length} bytes of ${part.location}`, `${size} bytes`)
  const bytes = await external(part, at)
  if (bytes.length === part.length) return bytes
  throw new QError('ONNX_EXTERNAL_DATA', 'the external file is too short', {
    at,
    found: `${bytes.length} bytes in ${part.location} from ${part.offset} on`,
    wanted: `bytes ${part.offset} to ${part.offset + part.length}`,
    hint: 'check that the external file is complete, and the one that was saved with this model',
  })
}

function fromBytes(dtype: DType, count: number, bytes: Uint8Array, at: readonly string[]): TensorData {
  const size = count * elementBytes[dtype]
  if (bytes.length !== size) throw wrongSize(at, `${bytes.length} bytes`, `${size} bytes (${count} elements of ${dtype})`)
  const own = new Uint8Array(size)
  own.set(bytes)
  return new storageArray[dtype](own.buffer)
}

function fromFields(dtype: DType, count: number, source: proto.onnx.ITensorProto, at: readonly string[]): TensorData {
  const check = (length: number): void => {
    if (length !== count) throw wrongSize(at, `${length} elements`, `${count} elements`)
  }
  switch (dtype) {
    case 'f32':
      check(source.floatData?.length ?? 0)
      return Float32Array.from(source.floatData ?? [])
    case 'f64':
      check(source.doubleData?.length ?? 0)
      return Float64Array.from(source.doubleData ?? [])
    case 'i64':
      check(source.int64Data?.length ?? 0)
      return BigInt64Array.from((source.int64Data ?? []).map((each) => BigInt(each.toString())))
    case 'u64':
      check(source.uint64Data?.length ?? 0)
      return BigUint64Array.from((source.uint64Data ?? []).map((each) => BigInt(each.toString())))
    case 'u32':
      check(source.uint64Data?.length ?? 0)
      return Uint32Array.from((source.uint64Data ?? []).map(toNumber))
    default:
      check(source.int32Data?.length ?? 0)
      return new storageArray[dtype](source.int32Data ?? [])
  }
}

function wrongSize(at: readonly string[], found: string, wanted: string): QError {
  return new QError('ONNX_TENSOR_SIZE', 'the elements of a tensor do not fill its shape', {
    at,
    found,
    wanted,
    hint: 'the file may be cut off',
  })
}
