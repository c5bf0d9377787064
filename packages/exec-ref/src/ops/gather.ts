import { elementCount, QError } from '@q/ir'

import type { Kernel, KernelCall, Numbers } from '../kernel.ts'
import { around, num, operand, sameKind, stridesOf, word } from '../operands.ts'

/** An index counted from the front. @throws QError `INDEX_OUT_OF_RANGE` */
function frontIndex(call: KernelCall, index: number, size: number): number {
  const front = index < 0 ? index + size : index
  if (!(front >= 0 && front < size) || !Number.isInteger(front)) {
    throw new QError('INDEX_OUT_OF_RANGE', `${call.node.op} was given an index that its operand does not have`, {
      at: [call.node.outputs[0]!],
      found: String(index),
      wanted: `an integer from ${-size} to ${size - 1}`,
      hint: 'check the indices that are fed, or the constant that holds them; where a layer computes them, keep it in the widest float mode in the quantization table',
    })
  }
  return front
}

export const gather: Kernel = (call) => {
  const x = operand(call, 0)
  const indices = operand(call, 1).data
  const { outer, size, inner } = around(x.type.shape, num(call, 'axis'))
  const y = sameKind(x.data, outer * indices.length * inner)
  for (let o = 0, to = 0; o < outer; o++) {
    for (let i = 0; i < indices.length; i++, to += inner) {
      const from = (o * size + frontIndex(call, indices[i]!, size)) * inner
      y.set(x.data.subarray(from, from + inner), to)
    }
  }
  return [y]
}

/** For every element of `indices`: the place in an array of `shape` with its own index, but for `axis`. */
function elementPlaces(
  call: KernelCall,
  shape: readonly number[],
  indices: Numbers,
  indexShape: readonly number[],
  axis: number,
): Int32Array {
  const at = axis < 0 ? axis + shape.length : axis
  const steps = stridesOf(shape)
  const from = stridesOf(indexShape)
  return Int32Array.from(indices, (index, i) =>
    shape.reduce((place, size, a) => {
      const own = Math.floor(i / from[a]!) % indexShape[a]!
      return place + steps[a]! * (a === at ? frontIndex(call, index, size) : own)
    }, 0),
  )
}

export const gatherElements: Kernel = (call) => {
  const x = operand(call, 0)
  const indices = operand(call, 1)
  const y = sameKind(x.data, indices.data.length)
  elementPlaces(call, x.type.shape, indices.data, indices.type.shape, num(call, 'axis')).forEach((place, i) => {
    y[i] = x.data[place]!
  })
  return [y]
}

/** An element and the update for it, each step rounded to the type of the tensor. */
function joined(call: KernelCall): (element: number, update: number) => number {
  switch (word(call, 'reduction')) {
    case 'add':
      return (element, update) => element + update
    case 'mul':
      return (element, update) => element * update
    case 'min':
      return Math.min
    case 'max':
      return Math.max
    default:
      return (_, update) => update
  }
}

export const scatterElements: Kernel = (call) => {
  const x = operand(call, 0)
  const indices = operand(call, 1)
  const updates = operand(call, 2).data
  const y = x.data.slice()
  const join = joined(call)
  elementPlaces(call, x.type.shape, indices.data, indices.type.shape, num(call, 'axis')).forEach((place, i) => {
    y[place] = join(y[place]!, updates[i]!)
  })
  return [y]
}

/** Where the slice named by tuple `t` begins, for indices over the axes of `shape` from the first on. */
function tuplePlace(call: KernelCall, indices: Numbers, t: number, length: number, shape: readonly number[]): number {
  const steps = stridesOf(shape)
  let place = 0
  for (let k = 0; k < length; k++) place += steps[k]! * frontIndex(call, indices[t * length + k]!, shape[k]!)
  return place
}

export const gatherND: Kernel = (call) => {
  const x = operand(call, 0)
  const indices = operand(call, 1)
  const batchAxes = num(call, 'batch_dims')
  const length = indices.type.shape.at(-1)!
  const own = x.type.shape.slice(batchAxes)
  const run = elementCount(own.slice(length))
  const tuples = indices.data.length / length
  const perBatch = tuples / elementCount(x.type.shape.slice(0, batchAxes))
  const y = sameKind(x.data, tuples * run)
  for (let t = 0; t < tuples; t++) {
    const from = Math.floor(t / perBatch) * elementCount(own) + tuplePlace(call, indices.data, t, length, own)
    y.set(x.data.subarray(from, from + run), t * run)
  }
  return [y]
}

export const scatterND: Kernel = (call) => {
  const x = operand(call, 0)
  const indices = operand(call, 1)
  const updates = operand(call, 2).data
  const length = indices.type.shape.at(-1)!
  const run = elementCount(x.type.shape.slice(length))
  const y = x.data.slice()
  const join = joined(call)
  for (let t = 0; t < indices.data.length / length; t++) {
    const to = tuplePlace(call, indices.data, t, length, x.type.shape)
    for (let i = 0; i < run; i++) y[to + i] = join(y[to + i]!, updates[t * run + i]!)
  }
  return [y]
}
