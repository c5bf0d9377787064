import { elementCount } from '@q/ir'
import { type FormView, flagAttr, listAttr, numberAttr, refuse } from '../normalize/form.ts'
import { isPlainPool, reachesBehind, refuseCountedBehind } from '../normalize/pool.ts'
import { type Window, windowOf } from '../normalize/windows.ts'
import type { Body, Compose } from './body.ts'
import { bounded } from './bounded.ts'

/** How many places a window has along each spatial axis. */
function placesOf({ kernel, strides, dilations, pads }: Window, size: readonly number[]): readonly number[] {
  const n = kernel.length
  return kernel.map((k, i) => Math.floor((size[i]! + pads[i]! + pads[i + n]! - dilations[i]! * (k - 1) - 1) / strides[i]!) + 1)
}

const windowIn = (view: FormView): Window => windowOf(view, listAttr(view, 'kernel_shape') ?? [], view.type(0).shape.slice(2))

/** The sum under each window of each channel: a convolution with ones. */
function sums(view: FormView, body: Body, x: string | undefined, { kernel, strides, dilations, pads }: Window): string {
  const { dtype, shape } = view.type(0)
  const channels = shape[1]!
  const ones = body.constant(dtype, new Float32Array(bounded(channels * elementCount(kernel))).fill(1), [channels, 1, ...kernel])
  return body.node('Conv', [x, ones], { kernel_shape: kernel, strides, dilations, pads, group: channels })
}

/** `|x|^p`, by what is exact for the usual `p`. */
function magnitude(view: FormView, body: Body, p: number): string {
  const [x] = view.inputs
  if (p === 2) return body.node('Mul', [x, x])
  const size = body.node('Abs', [x])
  return p === 1 ? size : body.node('Pow', [size, body.constant(view.type(0).dtype, p)])
}

function root(view: FormView, body: Body, sum: string, p: number): void {
  if (p === 2) body.result('Sqrt', [sum])
  else if (p === 1) body.result('Identity', [sum])
  else body.result('Pow', [sum, body.constant(view.type(0).dtype, 1 / p)])
}

/** The `p`-th root of the sum of `|x|^p` under each window. */
export const lpPool: Compose = (view, body) => {
  const p = numberAttr(view, 'p')
  root(view, body, sums(view, body, magnitude(view, body, p), windowIn(view)), p)
  return true
}

/** The `p`-th root of the sum of `|x|^p` over the spatial axes. */
export const globalLpPool: Compose = (view, body) => {
  const p = numberAttr(view, 'p')
  const axes = body.whole(
    ...view
      .type(0)
      .shape.slice(2)
      .map((_, i) => i + 2),
  )
  root(view, body, body.node('ReduceSum', [magnitude(view, body, p), axes], { keepdims: 1 }), p)
  return true
}

/**
 * A maximum with gaps in its window: the elements that each window sees are put side by side first, and where one lies in the padding,
 * another one of the same window in its place.
 */
export const dilatedMaxPool: Compose = (view, body) => {
  const window = windowIn(view)
  if (isPlainPool(view) || view.isUsed(view.outputs[1])) return false
  const size = view.type(0).shape.slice(2)
  const { kernel, strides, dilations, pads } = window
  const places = placesOf(window, size)
  bounded(elementCount(places) * elementCount(kernel))
  const seen = kernel.map((count, axis) =>
    Array.from({ length: places[axis]! }, (_, place) => {
      const taps = Array.from({ length: count }, (_, k) => place * strides[axis]! - pads[axis]! + k * dilations[axis]!)
      const inside = taps.filter((at) => at >= 0 && at < size[axis]!)
      return taps.map((at) => (inside.includes(at) ? at : inside[0]))
    }).flat(),
  )
  if (seen.flat().includes(undefined))
    refuse(
      view,
      'MaxPool whose window lies in the padding alone is not supported with dilations',
      `kernel [${kernel.join(', ')}], dilations [${dilations.join(', ')}], pads [${pads.join(', ')}] on [${size.join(', ')}]`,
      'an element in each window',
    )
  const beside = seen.reduce<string | undefined>(
    (x, indices, axis) => body.node('Gather', [x, body.whole(...(indices as number[]))], { axis: axis + 2 }),
    view.inputs[0],
  )
  body.result('MaxPool', [beside], { kernel_shape: kernel, strides: kernel })
  return true
}

/** A mean with gaps in its window: sums times one over the number of places that count. */
export const averagePoolBySums: Compose = (view, body) => {
  if (isPlainPool(view)) return false
  // ONNX's own tests count what rounding up adds, and its runtime does not.
  if (flagAttr(view, 'count_include_pad') && reachesBehind(view)) refuseCountedBehind(view)
  const { shape, dtype } = view.type(0)
  const size = shape.slice(2)
  const window = windowIn(view)
  const places = placesOf(window, size)
  bounded(elementCount(places))
  const isCounted = flagAttr(view, 'count_include_pad')
  const n = size.length
  const counts = window.kernel.map((taps, axis) =>
    Array.from({ length: places[axis]! }, (_, place) => {
      const [from, to] = isCounted ? [-window.pads[axis]!, size[axis]! + window.pads[axis + n]!] : [0, size[axis]!]
      const at = (k: number): number => place * window.strides[axis]! - window.pads[axis]! + k * window.dilations[axis]!
      return Array.from({ length: taps }, (_, k) => at(k)).filter((each) => each >= from && each < to).length
    }),
  )
  const factors = counts
    .reduce<readonly number[]>((all, along) => all.flatMap((a) => along.map((b) => a * b)), [1])
    .map((count) => 1 / count)
  const factor = body.constant(dtype, factors, [1, 1, ...places])
  body.result('Mul', [sums(view, body, view.inputs[0], window), factor])
  return true
}

/** The elements that a pool picked, put back where it found them, 0 elsewhere. */
export const maxUnpool: Compose = (view, body) => {
  const [x, indices, outputShape] = view.inputs
  // Where a shape is given, ONNX's own tests and its runtime count places in different ones.
  if (outputShape !== undefined)
    refuse(view, 'MaxUnpool with an output shape is not supported', `output_shape in ${outputShape}`, 'no output_shape')
  const { shape, dtype } = view.type(0)
  const kernel = listAttr(view, 'kernel_shape') ?? []
  const strides = listAttr(view, 'strides') ?? kernel.map(() => 1)
  const pads = listAttr(view, 'pads') ?? kernel.flatMap(() => [0, 0])
  const plane = kernel.map((size, i) => (shape[i + 2]! - 1) * strides[i]! + size - pads[i]! - pads[i + kernel.length]!)
  const target = [...shape.slice(0, 2), ...plane]
  const flat = (name: string | undefined): string => body.node('Reshape', [name, body.whole(-1)])
  const zeros = body.constant(dtype, new Float32Array(bounded(elementCount(target))))
  const made = body.node('ScatterElements', [zeros, flat(indices), flat(x)], { axis: 0 })
  body.result('Reshape', [made, body.whole(...target)])
  return true
}
