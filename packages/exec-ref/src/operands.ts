import { type DType, elementCount, type TensorType } from '@q/ir'

import type { KernelCall, Numbers, Operand } from './kernel.ts'

export { stridesOf } from '@q/ir'
export { zeroPointOf } from '@q/ir/graph'

/** Operand `index`, which the operator requires. */
export function operand(call: KernelCall, index: number): Operand {
  const found = call.inputs[index]
  if (found === undefined) throw new Error(`${call.node.op} ${call.node.outputs[0]} has no operand ${index}`)
  return found
}

/** The type of result `index`. */
export function resultType(call: KernelCall, index = 0): TensorType {
  const found = call.results[index]
  if (found === undefined) throw new Error(`${call.node.op} ${call.node.outputs[0]} has no result ${index}`)
  return found
}

/** A number attribute. */
export function num(call: KernelCall, name: string): number {
  return call.attrs[name] as number
}

/** A list of numbers. */
export function nums(call: KernelCall, name: string): readonly number[] {
  return call.attrs[name] as readonly number[]
}

/** A yes-or-no attribute. */
export function flag(call: KernelCall, name: string): boolean {
  return call.attrs[name] === true
}

/** A word. */
export function word(call: KernelCall, name: string): string {
  return call.attrs[name] as string
}

/** An array of zeros for numbers of `dtype` (see {@link Numbers}). */
function newNumbers(dtype: DType, length: number): Numbers {
  switch (dtype) {
    case 'f32':
    case 'f16':
    case 'bf16':
      return new Float32Array(length)
    case 'f64':
    case 'i64':
    case 'u64':
      return new Float64Array(length)
    case 'i8':
      return new Int8Array(length)
    case 'u8':
    case 'bool':
      return new Uint8Array(length)
    case 'i16':
      return new Int16Array(length)
    case 'u16':
      return new Uint16Array(length)
    case 'i32':
      return new Int32Array(length)
    case 'u32':
      return new Uint32Array(length)
  }
}

/** An empty array of the same kind as `data`. */
export function sameKind(data: Numbers, length: number): Numbers {
  return new (data.constructor as new (length: number) => Numbers)(length)
}

/** An array for result `index`. */
export function newResult(call: KernelCall, index = 0): Numbers {
  const type = resultType(call, index)
  return newNumbers(type.dtype, elementCount(type.shape))
}

/** Number of elements before, along and behind `axis` (negative counts from the end). */
export function around(shape: readonly number[], axis: number): { readonly outer: number; readonly size: number; readonly inner: number } {
  const at = axis < 0 ? axis + shape.length : axis
  return { outer: elementCount(shape.slice(0, at)), size: shape[at] ?? 1, inner: elementCount(shape.slice(at + 1)) }
}
