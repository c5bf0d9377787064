import type { Tensor } from '@q/ir'
import { QError } from '@q/ir'

/** The tensor of that name. @throws QError `ACTIVATION_MISSING` when neither the executor nor the sample gave it */
export function tensorOf(name: string, tensor: Tensor | undefined): Tensor {
  if (tensor !== undefined) return tensor
  throw new QError('ACTIVATION_MISSING', `there is no tensor for ${name}`, {
    at: [name],
    found: 'nothing under that name',
    wanted: 'a tensor from the executor or the sample',
    hint: 'feed every input of the graph, and let the executor return all that it is asked to fetch',
  })
}

/** The elements as float32, the array itself where it is one. @throws QError `ACTIVATION_MISSING` when there is no tensor */
export function floatValues(name: string, tensor: Tensor | undefined): Float32Array {
  const { data } = tensorOf(name, tensor)
  if (data instanceof Float32Array) return data
  return data instanceof BigInt64Array || data instanceof BigUint64Array ? Float32Array.from(data, Number) : Float32Array.from(data)
}
