import type { DType, Graph, Tensor, TensorType } from '@q/ir'
import { elementCount, storageArray, valueOf } from '@q/ir'
import { decodeBf16Array, decodeF16Array, encodeBf16Array, encodeF16Array } from '@q/ir/number'

/** How tensors are written: the real numbers they stand for, codes as float32 numbers, or as they are stored. */
export type DumpForm = 'floats' | 'fixed' | 'codes'

/**
 * Activations in the form of a dump.
 *
 * `floats`: everything as float32, codes as `(code - zero point) * f32(scale)`. `fixed`: codes as they are, as float32. `codes`: codes in their integer type, float16
 * as float16, bfloat16 as its bits; a tensor with numbers its type cannot hold stays float32.
 */
export function dumpTensors(graph: Graph, tensors: ReadonlyMap<string, Tensor>, form: DumpForm): ReadonlyMap<string, Tensor> {
  return new Map(
    [...tensors].map(([name, tensor]) => {
      const { type } = valueOf(graph, name)
      if (form === 'codes') return [name, asStored(tensor, type)]
      const { quant: _quant, ...unquantized } = type
      return [name, asFloats(tensor, form === 'floats' ? type : unquantized)]
    }),
  )
}

function asFloats({ shape, data }: Tensor, { quant }: TensorType): Tensor {
  if (quant === undefined)
    return { dtype: 'f32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data as Int32Array, Number) }
  const scale = Math.fround(quant.scale)
  return { dtype: 'f32', shape, data: Float32Array.from(data as Int8Array, (code) => Math.fround((code - quant.zeroPoint) * scale)) }
}

function asStored(tensor: Tensor, { dtype, shape }: TensorType): Tensor {
  const { data } = tensor
  if (!(data instanceof Float32Array) || dtype === 'f32')
    return tensor.dtype === 'bf16' && data instanceof Uint16Array ? { dtype: 'u16', shape, data } : tensor
  const float32: Tensor = { dtype: 'f32', shape, data }
  if (dtype === 'f16') return storedAs(encodeF16Array(data), decodeF16Array, data, 'f16', shape) ?? float32
  if (dtype === 'bf16') return storedAs(encodeBf16Array(data), decodeBf16Array, data, 'u16', shape) ?? float32
  return integersOf(data, dtype, shape) ?? float32
}

/** Numbers that an executor hands out as floats, such as places, in the type they are declared in; nothing where it does not hold them. */
function integersOf(data: Float32Array, dtype: DType, shape: readonly number[]): Tensor | undefined {
  const Storage = storageArray[dtype]
  if (Storage === BigInt64Array || Storage === BigUint64Array) return undefined
  const held = (Storage as Int32ArrayConstructor).from(data)
  return data.every((each, i) => Object.is(held[i], each)) ? { dtype, shape, data: held } : undefined
}

function storedAs(
  bits: Uint16Array,
  decode: (bits: Uint16Array) => Float32Array,
  data: Float32Array,
  dtype: 'f16' | 'u16',
  shape: readonly number[],
): Tensor | undefined {
  const back = decode(bits)
  for (let i = 0; i < elementCount(shape); i++)
    if (!Object.is(back[i], data[i]) && !(Number.isNaN(back[i]) && Number.isNaN(data[i]))) return undefined
  return { dtype, shape, data: bits }
}
