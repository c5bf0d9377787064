import type { Tensor, TensorData } from '@q/ir'
import { QError } from '@q/ir'
import { decodeF16Array } from '@q/ir/number'

/** The elements as numbers (float16 decoded, 64-bit integers rounded). */
export function numbersOf({ dtype, data }: Tensor): readonly number[] | Float64Array | Float32Array {
  if (dtype === 'f16' && data instanceof Uint16Array) return decodeF16Array(data)
  return data instanceof Float32Array ? data : Float64Array.from(data as Int32Array, Number)
}

/** A tensor with its axes in another order. @throws QError `AXES_ORDER` */
export function permuted(tensor: Tensor, order: readonly number[], at: readonly string[]): Tensor {
  const { shape, data } = tensor
  if (order.length !== shape.length || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
    throw new QError('AXES_ORDER', 'this is no order of the axes', {
      at,
      found: order.join(','),
      wanted: `each of 0 to ${shape.length - 1} once`,
      hint: 'name every axis once, counted from 0',
      kind: 'usage',
    })
  }
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, dim) => product * dim, 1))
  const target = order.map((axis) => shape[axis]!)
  const moved = data.slice() as TensorData
  const place = new Array<number>(target.length).fill(0)
  for (let i = 0; i < data.length; i++) {
    moved[i] = data[place.reduce((sum, p, axis) => sum + p * strides[order[axis]!]!, 0)]!
    for (let axis = target.length - 1; axis >= 0; axis--) {
      place[axis]!++
      if (place[axis]! < target[axis]!) break
      place[axis] = 0
    }
  }
  return { ...tensor, shape: target, data: moved }
}
