import { type DType, elementBytes, elementCount, QError, storageArray, type Tensor, type TensorData } from '@q/ir'

import { formatNpyHeader, parseNpyHeader } from './npy-header.ts'
import { type Place, placeParts } from './place.ts'

// bf16 has no numpy type of its own; its bit patterns are kept as uint16.
const codeOfDtype: Readonly<Record<DType, string>> = {
  f32: '<f4',
  f16: '<f2',
  bf16: '<u2',
  f64: '<f8',
  i8: '|i1',
  u8: '|u1',
  i16: '<i2',
  u16: '<u2',
  i32: '<i4',
  u32: '<u4',
  i64: '<i8',
  u64: '<u8',
  bool: '|b1',
}

/**
 * One npy file (format 1.0, 2.0 or 3.0, C or Fortran order, either byte order) as a tensor in C order.
 *
 * A float16 file becomes an `f16` tensor of bit patterns. The tensor owns its elements. Bytes after the last element,
 * which numpy ignores, are refused: they are more arrays that were saved into the same file, or damage.
 *
 * @throws QError `NPY_MAGIC`, `NPY_VERSION`, `NPY_TRUNCATED`, `NPY_LONG`, `NPY_HEADER`, `NPY_DTYPE`
 */
export function decodeNpy(bytes: Uint8Array, place: Place): Tensor {
  return npyTensor(bytes, place, false)
}

/** As {@link decodeNpy}. @param isOwned whether the tensor may keep the bytes, which nobody else has, in the place of a copy */
export function npyTensor(bytes: Uint8Array, place: Place, isOwned: boolean): Tensor {
  const header = parseNpyHeader(bytes, place)
  const { dtype, shape, dataOffset } = header
  const width = elementBytes[dtype]
  const count = elementCount(shape)
  const end = dataOffset + count * width
  if (end > bytes.length) {
    throw new QError('NPY_TRUNCATED', 'the npy file ends before its last element', {
      at: placeParts(place),
      found: `${bytes.length} bytes`,
      wanted: `${end} bytes for shape (${shape.join(', ')}) of ${dtype}`,
      hint: 'write the file again; the copy is incomplete',
    })
  }
  if (end < bytes.length) {
    throw new QError('NPY_LONG', 'the npy file goes on behind its last element', {
      at: placeParts(place),
      found: `${bytes.length} bytes`,
      wanted: `${end} bytes for shape (${shape.join(', ')}) of ${dtype}`,
      hint: 'save one array into one file; several go into an npz',
    })
  }
  const isAligned = (bytes.byteOffset + dataOffset) % width === 0
  const elements =
    isOwned && isAligned && bytes.buffer instanceof ArrayBuffer
      ? bytes.subarray(dataOffset, end)
      : Uint8Array.prototype.slice.call(bytes, dataOffset, end)
  if (header.bigEndian) swapBytes(elements, width)
  const data = new storageArray[dtype](elements.buffer as ArrayBuffer, elements.byteOffset, count)
  return { dtype, shape, data: header.fortranOrder && shape.length > 1 ? toCOrder(data, shape) : data }
}

/**
 * A tensor as an npy file: format 1.0, C order, little-endian, its own type and shape.
 *
 * `bf16` is written as uint16 bit patterns. Numbers held as `Float32Array` under another declared type are written as float32.
 */
export function encodeNpy(tensor: Tensor): Uint8Array {
  const { header, elements } = npyParts(tensor)
  const bytes = new Uint8Array(header.length + elements.length)
  bytes.set(header)
  bytes.set(elements, header.length)
  return bytes
}

/** The two parts of a tensor's npy file; `elements` looks into the tensor's own memory. */
export function npyParts(tensor: Tensor): { readonly header: Uint8Array; readonly elements: Uint8Array } {
  const { data, shape } = tensor
  if (data.length !== elementCount(shape)) {
    throw new RangeError(`a tensor of shape [${shape.join(', ')}] has ${elementCount(shape)} elements, not ${data.length}`)
  }
  const dtype = data instanceof Float32Array ? 'f32' : tensor.dtype
  return {
    header: formatNpyHeader(codeOfDtype[dtype], shape),
    elements: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse()
}

/** Elements stored first axis fastest, put last axis fastest. */
function toCOrder(data: TensorData, shape: readonly number[]): TensorData {
  const out = data.slice()
  const strides: number[] = []
  let stride = 1
  for (const dim of shape) {
    strides.push(stride)
    stride *= dim
  }
  const index = shape.map(() => 0)
  let from = 0
  for (let to = 0; to < data.length; to++) {
    out[to] = data[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++
      from += strides[axis]!
      if (index[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return out
}
