import type { Node, TensorType } from '@q/ir'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'

/** Rounds a float32 result to the 16-bit float type the node declares, unless the node leaves it unrounded. */
export function rounded(build: OnnxBuilder, x: string, type: TensorType, node: Pick<Node, 'attrs'>): string {
  if (node.attrs['unrounded'] === true || (type.dtype !== 'f16' && type.dtype !== 'bf16')) return x
  return build.cast(build.cast(x, type.dtype), 'f32')
}

/** What {@link rounded} is told where a number is rounded whatever the node says of its result. */
export const alwaysRounded: Pick<Node, 'attrs'> = { attrs: {} }

/** `max(0, x)`, capped when `limit` is above 0, of a float32 value. */
export function relu(build: OnnxBuilder, x: string, limit: number): string {
  const type = build.typeOf(x)
  return limit > 0 ? build.node('Clip', [x, build.numbers('f32', 0), build.numbers('f32', limit)], type) : build.node('Relu', [x], type)
}

/** A float result with its fused ReLU and its rounding. */
export function finished(build: OnnxBuilder, x: string, type: TensorType, node: Node): string {
  const active = node.attrs['relu'] === true ? relu(build, x, Number(node.attrs['reluLimit'] ?? -1)) : x
  return rounded(build, active, type, node)
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
