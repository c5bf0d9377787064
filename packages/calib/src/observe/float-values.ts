import { QError } from '@q/ir'
import type { Tensor } from '@q/ir'

/** The elements as float32, the array itself where it is one. @throws QError `ACTIVATION_MISSING` when there is no tensor */
export function floatValues(name: string, tensor: Tensor | undefined): Float32Array {
  if (tensor === undefined) {
    throw new QError('ACTIVATION_MISSING', `the executor gave no value for ${name}`, { at: [name] })
  }
  const { data } = tensor
  if (data instanceof Float32Array) return data
  return data instanceof BigInt64Array || data instanceof BigUint64Array ? Float32Array.from(data, Number) : Float32Array.from(data)
}
