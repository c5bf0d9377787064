import type { Node, TensorType } from '@q/ir'
import { type Bf16Style, type Bf16StyleName, bf16Styles } from '@q/ir/number'
import { reluEnd } from '@q/ir/ops'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import type { Translation } from './translator.ts'

/** What a rounding is told of a node: whether its result is left as it is, and how bfloat16 numbers are made. */
type Rounding = Pick<Node, 'attrs'>

/**
 * Rounds a float32 result to the 16-bit float type the node declares, unless the node leaves it unrounded.
 *
 * @param isNormal whether the numbers are known to be zero or of 2^-126 and more
 */
export function rounded(t: Translation, x: string, type: TensorType, { attrs }: Rounding, isNormal = false): string {
  if (attrs['unrounded'] === true || (type.dtype !== 'f16' && type.dtype !== 'bf16')) return x
  const y = t.build.cast(t.build.cast(x, type.dtype), 'f32')
  const flushes = type.dtype === 'bf16' && bf16StyleOf({ attrs }).flushSubnormals
  // Who takes any step of the result's type for equal takes a number below 2^-126 for zero.
  return flushes && !isNormal && t.precision === 'exact' ? flushed(t.build, y) : y
}

/** Times this the largest subnormal bfloat16 is less than half of the smallest float32, which makes it zero, and 2^-126 is more than half of it. */
const belowSubnormals = 2 ** -24 * (1 + 2 ** -8)

/** bfloat16 numbers with subnormals made zeros of their sign: a product that is zero for them alone says which they are, and is what they become. */
function flushed(build: OnnxBuilder, x: string): string {
  const type = build.typeOf(x)
  const tiny = build.node('Mul', [x, build.numbers('f32', belowSubnormals)], type)
  return build.node('Where', [build.cast(tiny, 'bool'), x, tiny], type)
}

/** How a node makes bfloat16 numbers. */
export function bf16StyleOf({ attrs }: Rounding): Bf16Style {
  return bf16Styles[(attrs['bf16'] ?? 'flush') as Bf16StyleName]
}

/** A node's way of rounding where a number is rounded whatever the node says of its result. */
export function alwaysRounded({ attrs }: Rounding): Rounding {
  return { attrs: { bf16: attrs['bf16'] ?? 'flush' } }
}

/** `max(0, x)`, capped by a limit, of a float32 value. */
export function relu(build: OnnxBuilder, x: string, limit: number): string {
  const type = build.typeOf(x)
  const end = reluEnd(limit)
  return end === Infinity
    ? build.node('Relu', [x], type)
    : build.node('Clip', [x, build.numbers('f32', 0), build.numbers('f32', end)], type)
}

/** A float result with its fused ReLU and its rounding. */
export function finished(t: Translation, x: string, type: TensorType, node: Node): string {
  const active = node.attrs['relu'] === true ? relu(t.build, x, Number(node.attrs['reluLimit'] ?? -1)) : x
  return rounded(t, active, type, node)
}

/** The same elements under another shape. */
export function reshaped(build: OnnxBuilder, x: string, shape: readonly number[]): string {
  const { dtype, shape: now } = build.typeOf(x)
  if (now.length === shape.length && now.every((dim, i) => dim === shape[i])) return x
  return build.node('Reshape', [x, build.numbers('i64', shape, [shape.length])], { dtype, shape })
}

/** A permutation of axes. */
export function transposed(build: OnnxBuilder, x: string, perm: readonly number[]): string {
  const { dtype, shape } = build.typeOf(x)
  return build.node('Transpose', [x], { dtype, shape: perm.map((axis) => shape[axis]!) }, { perm })
}

/** Swaps the last two axes. */
export function swappedLast(build: OnnxBuilder, x: string): string {
  const rank = build.typeOf(x).shape.length
  return transposed(build, x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2])
}

/** Numbers whose NaN, which becomes the smallest code of any type, is what becomes that on every processor: minus infinity. */
export function withoutNaN(build: OnnxBuilder, x: string): string {
  const type = build.typeOf(x)
  const isNaN = build.node('IsNaN', [x], { dtype: 'bool', shape: type.shape })
  return build.node('Where', [isNaN, build.numbers(type.dtype, -Infinity), x], type)
}
