import type { Attrs, Node } from '@q/ir'
import { elementCount } from '@q/ir'
import { resultAttrs } from '@q/ir/ops'
import { carrierOf, shiftOf } from '../onnx/carriers.ts'
import { truthOf } from './codes.ts'
import { isEmpty } from './empty-values.ts'
import { finished, reshaped, transposed } from './finish.ts'
import type { Translate, Translation } from './translator.ts'

const list = (attrs: Attrs, name: string) => attrs[name] as readonly number[]

/** The attributes an operator has in ONNX too: without those that say how 16-bit floats are made, which copies do not make. */
function ownAttrs(node: Node, t: Translation): Attrs {
  return Object.fromEntries(Object.entries(t.attrs(node)).filter(([name]) => !(name in resultAttrs)))
}

/** The type of a result as it travels. */
function carriedType(node: Node, t: Translation, index = 0) {
  return { dtype: t.build.typeOf(t.carried(node.inputs[0]!)).dtype, shape: t.typeOf(node.outputs[index]!).shape }
}

export const translateReshape: Translate = (node, t) => [reshaped(t.build, t.carried(node.inputs[0]!), t.typeOf(node.outputs[0]!).shape)]

export const translateTranspose: Translate = (node, t) => [transposed(t.build, t.carried(node.inputs[0]!), list(t.attrs(node), 'perm'))]

export const translateConcat: Translate = (node, t) => {
  const { shape } = t.typeOf(node.outputs[0]!)
  const operands = node.inputs.flatMap((name) => (isEmpty(t, name!) ? [] : [t.carried(name!)]))
  const joined = t.build.node('Concat', operands, { ...t.build.typeOf(operands[0]!), shape }, { axis: Number(t.attrs(node)['axis']) })
  return node.attrs['relu'] === true ? undefined : [joined]
}

export const translateSlice: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const starts = list(attrs, 'starts')
  const steps = list(attrs, 'steps')
  const ends = list(attrs, 'ends').map((end, i) => (steps[i]! < 0 && end < 0 ? -2147483648 : end))
  const i64 = (values: readonly number[]) => t.build.numbers('i64', values, [values.length])
  return [
    t.build.node(
      'Slice',
      [t.carried(node.inputs[0]!), i64(starts), i64(ends), i64(starts.map((_, i) => i)), i64(steps)],
      carriedType(node, t),
    ),
  ]
}

export const translateTile: Translate = (node, t) => [
  t.build.node('Tile', [t.carried(node.inputs[0]!), t.build.numbers('i64', list(t.attrs(node), 'repeats'))], carriedType(node, t)),
]

export const translateUpsample: Translate = (node, t) => {
  const attrs = t.attrs(node)
  const x = t.carried(node.inputs[0]!)
  const type = carriedType(node, t)
  const rank = type.shape.length
  const scales = [...Array.from({ length: rank - 2 }, () => 1), Number(attrs['scale_h']), Number(attrs['scale_w'])]
  const y = t.build.node('Resize', [x, undefined, t.build.numbers('f32', scales)], type, {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  })
  const result = t.typeOf(node.outputs[0]!)
  if (result.quant !== undefined) return attrs['relu'] === true ? undefined : [y]
  return [finished(t, y, result, node)]
}

export const translateDepthToSpace: Translate = (node, t) => {
  const { block_h, block_w, mode, inverse, swapColumnRow, channelsLast } = t.attrs(node) as {
    block_h: number
    block_w: number
    mode: string
    inverse: boolean
    swapColumnRow: boolean
    channelsLast: boolean
  }
  const build = t.build
  const shape = t.typeOf(node.outputs[0]!).shape
  if (channelsLast) {
    if (!inverse || mode !== 'DCR') return undefined
    const [n, h, w, c] = t.typeOf(node.inputs[0]!).shape as [number, number, number, number]
    const split = reshaped(build, t.carried(node.inputs[0]!), [n, h / block_h, block_h, w / block_w, block_w, c])
    return [reshaped(build, transposed(build, split, swapColumnRow ? [0, 1, 3, 4, 2, 5] : [0, 1, 3, 2, 4, 5]), shape)]
  }
  if (swapColumnRow) return undefined
  const x = t.carried(node.inputs[0]!)
  const { dtype } = build.typeOf(x)
  // The runtime's own operators do not take every type.
  if (block_h === block_w && dtype === 'f32' && (!inverse || mode === 'DCR')) {
    const attrs = { blocksize: block_h, ...(inverse ? {} : { mode }) }
    return [build.node(inverse ? 'SpaceToDepth' : 'DepthToSpace', [x], { dtype, shape }, attrs)]
  }
  const [n, c, h, w] = t.typeOf(node.inputs[0]!).shape as [number, number, number, number]
  if (inverse) {
    const split = reshaped(build, x, [n, c, h / block_h, block_h, w / block_w, block_w])
    return [reshaped(build, transposed(build, split, mode === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]), shape)]
  }
  const inner = c / (block_h * block_w)
  const split = reshaped(build, x, mode === 'DCR' ? [n, block_h, block_w, inner, h, w] : [n, inner, block_h, block_w, h, w])
  return [reshaped(build, transposed(build, split, mode === 'DCR' ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]), shape)]
}

export const translateShuffleChannel: Translate = (node, t) => {
  const group = Number(t.attrs(node)['group'])
  const shape = t.typeOf(node.outputs[0]!).shape
  const inner = shape.slice(2).reduce((product, dim) => product * dim, 1)
  const split = reshaped(t.build, t.carried(node.inputs[0]!), [shape[0]!, group, shape[1]! / group, inner])
  return [reshaped(t.build, transposed(t.build, split, [0, 2, 1, 3]), shape)]
}

export const translateReverse: Translate = (node, t) => {
  const axis = Number(t.attrs(node)['axis'])
  const i64 = (value: number) => t.build.numbers('i64', [value])
  return [t.build.node('Slice', [t.carried(node.inputs[0]!), i64(-1), i64(-2147483648), i64(axis), i64(-1)], carriedType(node, t))]
}

/** The place of every element in the row of all. */
export const translateStridedCopy: Translate = (node, t) => {
  const { build } = t
  const { shape, inputStrides } = t.attrs(node) as { shape: readonly number[]; inputStrides: readonly number[] }
  const places = inputStrides.reduce<readonly number[]>(
    (before, stride, axis) => before.flatMap((at) => Array.from({ length: shape[axis]! }, (_, i) => at + i * stride)),
    [0],
  )
  const row = reshaped(build, t.carried(node.inputs[0]!), [elementCount(t.typeOf(node.inputs[0]!).shape)])
  return [build.node('Gather', [row, build.numbers('i32', places, shape)], carriedType(node, t), { axis: 0 })]
}

/** Each axis begins at its offset and goes around. */
export const translateSwapDimInner: Translate = (node, t) => {
  const { build } = t
  const i64 = (value: number) => build.numbers('i64', [value])
  const rotated = list(t.attrs(node), 'offsets').reduce((x, offset, axis) => {
    if (offset === 0) return x
    const { dtype, shape } = build.typeOf(x)
    const part = (from: number, to: number) =>
      build.node('Slice', [x, i64(from), i64(to), i64(axis)], { dtype, shape: shape.map((dim, i) => (i === axis ? to - from : dim)) })
    return build.node('Concat', [part(offset, shape[axis]!), part(0, offset)], { dtype, shape }, { axis })
  }, t.carried(node.inputs[0]!))
  return [rotated]
}

export const translateGather: Translate = (node, t) => {
  const [x, indices] = node.inputs
  const { axis, keepdims } = t.attrs(node) as { axis: number; keepdims: boolean }
  const data = t.carried(x!)
  const shape = t.typeOf(x!).shape
  const at = axis < 0 ? axis + shape.length : axis
  const picked = [...shape.slice(0, at), ...t.typeOf(indices!).shape, ...shape.slice(at + 1)]
  const y = t.build.node(
    'Gather',
    [data, t.build.cast(t.carried(indices!), 'i64')],
    { dtype: t.build.typeOf(data).dtype, shape: picked },
    { axis },
  )
  return [keepdims ? y : reshaped(t.build, y, t.typeOf(node.outputs[0]!).shape)]
}

export const translateGatherElements: Translate = (node, t) => {
  const [x, indices] = node.inputs
  return [t.build.node(node.op, [t.carried(x!), t.build.cast(t.carried(indices!), 'i64')], carriedType(node, t), ownAttrs(node, t))]
}

export const translateScatter: Translate = (node, t) => {
  const [data, indices, updates] = node.inputs
  const { reduction, ...attrs } = ownAttrs(node, t)
  if (reduction !== 'none' && t.typeOf(node.outputs[0]!).dtype !== 'f32') return undefined
  return [
    t.build.node(
      node.op,
      [t.carried(data!), t.build.cast(t.carried(indices!), 'i64'), t.carried(updates!)],
      carriedType(node, t),
      reduction === 'none' ? attrs : { ...attrs, reduction: reduction! },
    ),
  ]
}

export const translateWhere: Translate = (node, t) => {
  const [condition, ...branches] = node.inputs as [string, string, string]
  const type = t.typeOf(node.outputs[0]!)
  const dtype = carrierOf(type)
  /** A branch as the result is carried. A number beside codes is a code itself, but no type says so. */
  const branch = (name: string): string => {
    const { constant, type: own } = t.valueOf(name)
    if (constant === undefined || own.dtype === type.dtype || type.quant === undefined) return t.build.cast(t.carried(name), dtype)
    const codes = Array.from(constant.data as ArrayLike<number>, (code) => Number(code) + shiftOf(type.dtype))
    return t.build.numbers(dtype, codes, constant.shape)
  }
  return [t.build.node('Where', [truthOf(t, condition), ...branches.map(branch)], { dtype, shape: type.shape })]
}
