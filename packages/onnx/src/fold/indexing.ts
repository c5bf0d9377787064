import { elementCount, QError, stridesOf } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import type { Evaluate } from './evaluate.ts'
import { elementsOf, literal } from './literal.ts'

const fromFront = (index: number, size: number): number => (index < 0 ? index + size : index)

/** A place of an axis counted from the front. @throws QError `ONNX_BAD_NODE` when the axis does not have it */
export function inside(index: number, size: number): number {
  const place = fromFront(index, size)
  if (place >= 0 && place < size) return place
  throw new QError('ONNX_BAD_NODE', 'an index is outside of the axis that it picks from', {
    found: `index ${index}`,
    wanted: size === 0 ? 'no index: the axis is empty' : `${-size} to ${size - 1}`,
    hint: 'check the indices, and the input shapes that the axis follows from',
  })
}

/** Operators that pick or replace known elements by index. */
export const indexingOps: Readonly<Record<string, Evaluate>> = {
  Gather: ({ inputs: [x, indices], attrs }) => {
    const axis = frontAxis(attrs['axis'] as number, x!.shape.length)
    const outer = elementCount(x!.shape.slice(0, axis))
    const inner = elementCount(x!.shape.slice(axis + 1))
    const size = x!.shape[axis]!
    const shape = [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)]
    const data = elementsOf(x!.dtype, elementCount(shape))
    let place = 0
    for (let o = 0; o < outer; o++) {
      for (const index of indices!.data) {
        const from = (o * size + inside(index, size)) * inner
        data.set(x!.data.subarray(from, from + inner), place)
        place += inner
      }
    }
    return [{ dtype: x!.dtype, shape, data }]
  },
  GatherElements: ({ inputs: [x, indices], attrs }) => {
    const axis = frontAxis(attrs['axis'] as number, x!.shape.length)
    const own = stridesOf(x!.shape)
    const at = stridesOf(indices!.shape)
    return [
      literal(
        x!.dtype,
        indices!.shape,
        Array.from(indices!.data, (index, i) => {
          let from = 0
          for (let k = 0; k < own.length; k++) {
            const place = Math.floor(i / at[k]!) % indices!.shape[k]!
            from += own[k]! * (k === axis ? inside(index, x!.shape[k]!) : place)
          }
          return x!.data[from]!
        }),
      ),
    ]
  },
  GatherND: ({ inputs: [x, indices], attrs }) => {
    if ((attrs['batch_dims'] as number) !== 0) return []
    const tuple = indices!.shape.at(-1)!
    const own = stridesOf(x!.shape)
    const inner = elementCount(x!.shape.slice(tuple))
    const count = elementCount(indices!.shape.slice(0, -1))
    const data = elementsOf(x!.dtype, count * inner)
    for (let i = 0; i < count; i++) {
      let from = 0
      for (let k = 0; k < tuple; k++) from += own[k]! * inside(indices!.data[i * tuple + k]!, x!.shape[k]!)
      data.set(x!.data.subarray(from, from + inner), i * inner)
    }
    return [{ dtype: x!.dtype, shape: [...indices!.shape.slice(0, -1), ...x!.shape.slice(tuple)], data }]
  },
  ScatterND: ({ inputs: [x, indices, updates], attrs }) => {
    if (attrs['reduction'] !== 'none') return []
    const tuple = indices!.shape.at(-1)!
    const own = stridesOf(x!.shape)
    const inner = elementCount(x!.shape.slice(tuple))
    const data = x!.data.slice()
    for (let i = 0; i < elementCount(indices!.shape.slice(0, -1)); i++) {
      let to = 0
      for (let k = 0; k < tuple; k++) to += own[k]! * inside(indices!.data[i * tuple + k]!, x!.shape[k]!)
      data.set(updates!.data.subarray(i * inner, (i + 1) * inner), to)
    }
    return [{ dtype: x!.dtype, shape: x!.shape, data }]
  },
  NonZero: ({ inputs: [x] }) => {
    const shape = x!.shape.length === 0 ? [1] : x!.shape
    const own = stridesOf(shape)
    const places = Array.from(x!.data.keys()).filter((i) => x!.data[i] !== 0)
    return [
      literal(
        'i64',
        [shape.length, places.length],
        own.flatMap((stride, k) => places.map((i) => Math.floor(i / stride) % shape[k]!)),
      ),
    ]
  },
  Trilu: ({ inputs: [x, k], attrs }) => {
    const [rows, columns] = [x!.shape.at(-2)!, x!.shape.at(-1)!]
    const shift = k?.data[0] ?? 0
    const upper = attrs['upper'] !== 0
    return [
      literal(
        x!.dtype,
        x!.shape,
        x!.data.map((each, i) => {
          const distance = (i % columns) - (Math.floor(i / columns) % rows) - shift
          return (upper ? distance >= 0 : distance <= 0) ? each : 0
        }),
      ),
    ]
  },
  OneHot: ({ inputs: [indices, depth, values], attrs }) => {
    const size = depth!.data[0]!
    const axis = frontAxis(attrs['axis'] as number, indices!.shape.length + 1)
    const inner = elementCount(indices!.shape.slice(axis))
    const shape = [...indices!.shape.slice(0, axis), size, ...indices!.shape.slice(axis)]
    return [
      literal(
        values!.dtype,
        shape,
        Array.from({ length: elementCount(shape) }, (_, i) => {
          const index = indices!.data[Math.floor(i / (inner * size)) * inner + (i % inner)]!
          return values!.data[fromFront(index, size) === Math.floor(i / inner) % size ? 1 : 0]!
        }),
      ),
    ]
  },
}
