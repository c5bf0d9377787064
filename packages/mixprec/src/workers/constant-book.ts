import type { Tensor, TensorData } from '@q/ir'
import { decodeHalfFloats } from '@q/ir/number'

/**
 * Constants as they are told to workbenches: each has one number, and is shared between threads where that is possible. There 16-bit floats are the float32 numbers that executors compute with:
 * every workbench would decode them again for every section that it loads.
 */
export interface ConstantBook {
  entry(constant: Tensor): { readonly id: number; readonly tensor: Tensor }
}

/** @param isShared whether constants go to other threads */
export function createConstantBook(isShared: boolean): ConstantBook {
  const known = new WeakMap<TensorData, { readonly id: number; readonly tensor: Tensor }[]>()
  let count = 0
  return {
    entry(constant) {
      const same = known.get(constant.data) ?? []
      const found = same.find(({ tensor }) => tensor.dtype === constant.dtype && tensor.shape.join() === constant.shape.join())
      if (found !== undefined) return found
      const tensor = isShared ? shared(same.find(({ tensor: { dtype } }) => dtype === constant.dtype)?.tensor.data, constant) : constant
      const entry = { id: count++, tensor }
      known.set(constant.data, [...same, entry])
      return entry
    },
  }
}

/** The constant in memory that threads share; where there is none it is copied as it travels. */
function shared(known: TensorData | undefined, constant: Tensor): Tensor {
  const { dtype, shape } = constant
  if (known !== undefined) return { dtype, shape, data: known }
  if (typeof SharedArrayBuffer === 'undefined') return constant
  const data = decodeHalfFloats(constant) ?? constant.data
  const copy = new (data.constructor as new (buffer: SharedArrayBuffer) => TensorData)(new SharedArrayBuffer(data.byteLength))
  copy.set(data as never)
  return { dtype, shape, data: copy }
}
