import type { Attrs } from '@q/ir'
import { finished, reshaped } from './finish.ts'
import { mayBeMinusInfinity } from './minus-infinity.ts'
import type { Translate } from './translator.ts'

/** Window attributes for a node with `axes` spatial axes. */
export function windowAttrs(attrs: Attrs, axes: number): Attrs {
  const dilations = attrs['dilations'] as readonly number[] | undefined
  return {
    strides: attrs['strides']!,
    pads: attrs['pads']!,
    dilations: dilations === undefined || dilations.length === 0 ? Array.from({ length: axes }, () => 1) : dilations,
  }
}

/** A shape with the spatial axes that were left out put back as 1. */
export function fullRank(shape: readonly number[], axes: number): readonly number[] {
  return [...shape, ...Array.from({ length: axes + 2 - shape.length }, () => 1)]
}

/** Whether every window of a pool reaches into its operand, which the runtime asks for. */
export function hasPlaces(attrs: Attrs): boolean {
  const kernel = attrs['kernel_shape'] as readonly number[]
  return (attrs['pads'] as readonly number[]).every((pad, i) => pad < kernel[i % kernel.length]!)
}

export const translateConv: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const axes = (attrs['strides'] as readonly number[]).length
  const [x, w, b] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const input = reshaped(t.build, t.carried(x!), fullRank(t.typeOf(x!).shape, axes))
  const y = t.build.node(
    'Conv',
    [input, t.carried(w!), ...(b === undefined ? [] : [flat(t, b)])],
    { dtype: 'f32', shape: fullRank(type.shape, axes) },
    { ...windowAttrs(attrs, axes), group: attrs['group']!, kernel_shape: t.typeOf(w!).shape.slice(2) },
  )
  return [reshaped(t.build, finished(t, y, type, node), type.shape)]
}

export const translateConvTranspose: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const axes = (attrs['strides'] as readonly number[]).length
  const [x, w, b] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const padding = attrs['output_padding'] as readonly number[]
  const y = t.build.node(
    'ConvTranspose',
    [reshaped(t.build, t.carried(x!), fullRank(t.typeOf(x!).shape, axes)), t.carried(w!), ...(b === undefined ? [] : [flat(t, b)])],
    { dtype: 'f32', shape: fullRank(type.shape, axes) },
    {
      ...windowAttrs(attrs, axes),
      group: attrs['group']!,
      kernel_shape: t.typeOf(w!).shape.slice(2),
      output_padding: padding.length === 0 ? Array.from({ length: axes }, () => 0) : padding,
    },
  )
  return [reshaped(t.build, finished(t, y, type, node), type.shape)]
}

export const translatePool: Translate = (node, t) => {
  const attrs = t.attrs(node)
  if (!hasPlaces(attrs)) return undefined
  const kernel = attrs['kernel_shape'] as readonly number[]
  const x = node.inputs[0]!
  const type = t.typeOf(node.outputs[0]!)
  const full = fullRank(t.typeOf(x).shape, kernel.length)
  const build = t.build
  const input = reshaped(build, t.carried(x), full)
  const pads = attrs['pads'] as readonly number[]
  const strides = attrs['strides'] as readonly number[]
  const spatial = kernel.map((k, i) => Math.floor((full[i + 2]! + pads[i]! + pads[i + kernel.length]! - k) / strides[i]!) + 1)
  const pooled = { dtype: build.typeOf(input).dtype, shape: [full[0]!, full[1]!, ...spatial] }
  const average = node.op === 'AveragePool'
  // The runtime has no kernel for integers of more than 8 bits, and some of its kernels give the lowest number for a window of nothing but minus infinity,
  // which the lowest number of double precision becomes again in float32.
  const isWide = pooled.dtype === 'i32' || (pooled.dtype === 'f32' && !average && !t.keepsOperators && mayBeMinusInfinity(t.graph, x))
  const operand = isWide ? build.cast(input, 'f64') : input
  const result = build.node(
    node.op,
    [operand],
    { ...pooled, dtype: build.typeOf(operand).dtype },
    {
      kernel_shape: kernel,
      strides,
      pads,
      ...(average ? { count_include_pad: attrs['count_include_pad'] === true ? 1 : 0 } : {}),
    },
  )
  const y = build.cast(result, pooled.dtype)
  if (type.quant !== undefined) return attrs['relu'] === true ? undefined : [reshaped(build, y, type.shape)]
  return [reshaped(build, finished(t, y, type, node), type.shape)]
}

/** A bias as a list along one axis. */
function flat(t: Parameters<Translate>[1], name: string): string {
  const { shape } = t.typeOf(name)
  return reshaped(t.build, t.carried(name), [shape.reduce((product, dim) => product * dim, 1)])
}
