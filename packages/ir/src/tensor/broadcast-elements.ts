import { elementCount, stridesOf, type TensorData } from './tensor.ts'

/** Elements repeated along axes of one, and along axes in front, up to a larger shape (NumPy rules), in the array of their type. */
export function broadcastElements<Data extends TensorData>(data: Data, from: readonly number[], to: readonly number[]): Data {
  const made = new (data.constructor as new (length: number) => Data)(elementCount(to))
  const own = stridesOf(from)
  const lead = to.length - from.length
  const strides = to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : own[axis - lead]!))
  const index = new Array<number>(to.length).fill(0)
  let at = 0
  for (let i = 0; i < made.length; i++) {
    made[i] = data[at]!
    for (let axis = to.length - 1; axis >= 0; axis--) {
      at += strides[axis]!
      if (++index[axis]! < to[axis]!) break
      at -= strides[axis]! * to[axis]!
      index[axis] = 0
    }
  }
  return made
}
