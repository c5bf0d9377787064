import type { DType, Tensor, TensorType } from '@q/ir'
import { decodeHalfFloats } from '@q/ir/number'

/**
 * The element type that carries a value inside ONNX Runtime.
 *
 * Signed 8-bit codes travel as unsigned ones, 128 added: its kernels for unsigned activations are the fast ones, and
 * the only ones that are exact on every processor. 16-bit floats travel as the float32 numbers they hold.
 */
export function carrierOf(type: TensorType): DType {
  switch (type.dtype) {
    case 'i8':
      return 'u8'
    case 'f16':
    case 'bf16':
    case 'f32':
      return 'f32'
    case 'i16':
    case 'u16':
      return 'i32'
    default:
      return type.dtype
  }
}

/** What is added to a code of that element type while it travels. */
export function shiftOf(dtype: DType): number {
  return dtype === 'i8' ? 128 : 0
}

/** A tensor of the graph in the form its carrier has. */
export function toCarrier(tensor: Tensor): Tensor {
  const { dtype, shape, data } = tensor
  switch (dtype) {
    case 'i8':
      return { dtype: 'u8', shape, data: flipSigns(data as Int8Array) }
    case 'f16':
    case 'bf16':
      return { dtype: 'f32', shape, data: decodeHalfFloats(tensor) ?? data }
    case 'i16':
    case 'u16':
      return { dtype: 'i32', shape, data: Int32Array.from(data as Int16Array) }
    default:
      return tensor
  }
}

/** A carried tensor in the form the graph declares. */
export function fromCarrier(carried: Tensor, type: TensorType): Tensor {
  const { shape, data } = carried
  switch (type.dtype) {
    case 'i8':
      return { dtype: 'i8', shape, data: new Int8Array(flipSigns(data as Uint8Array).buffer) }
    case 'i16':
      return { dtype: 'i16', shape, data: Int16Array.from(data as Int32Array) }
    case 'u16':
      return { dtype: 'u16', shape, data: Uint16Array.from(data as Int32Array) }
    default:
      return { dtype: type.dtype, shape, data }
  }
}

/** Adds 128 to every byte (modulo 256), which turns signed codes into unsigned ones and back. */
function flipSigns(bytes: Int8Array | Uint8Array): Uint8Array {
  const flipped = new Uint8Array(bytes.length)
  const whole = bytes.length - (bytes.length % 4)
  if (bytes.byteOffset % 4 === 0) {
    const source = new Uint32Array(bytes.buffer, bytes.byteOffset, whole / 4)
    const target = new Uint32Array(flipped.buffer, 0, whole / 4)
    for (let i = 0; i < source.length; i++) target[i] = source[i]! ^ 0x80808080
    for (let i = whole; i < bytes.length; i++) flipped[i] = bytes[i]! ^ 0x80
  } else {
    for (let i = 0; i < bytes.length; i++) flipped[i] = bytes[i]! ^ 0x80
  }
  return flipped
}
