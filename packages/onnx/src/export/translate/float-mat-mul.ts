import type { Attrs, Node } from '@q/ir'
import type { OnnxBuilder, OnnxType } from '../onnx/onnx-builder.ts'
import { finished, reshaped, swappedLast, transposed } from './finish.ts'
import type { Translate } from './translator.ts'

/** Whether axes 1 and 2 of an operand or the result are read swapped. */
const readsHeads = (attrs: Attrs, which: 'a' | 'b' | 'y'): boolean =>
  attrs['headsAsBatch'] === true || (attrs['heads'] as readonly string[] | undefined)?.includes(which) === true

/** The operands of a matrix product, read as its attributes say. */
export function productOperands(build: OnnxBuilder, attrs: Attrs, a: string, b: string): readonly [string, string] {
  const heads = (x: string, which: 'a' | 'b') =>
    readsHeads(attrs, which) && build.typeOf(x).shape.length === 4 ? transposed(build, x, [0, 2, 1, 3]) : x
  const left = heads(a, 'a')
  const right = heads(b, 'b')
  return [attrs['transA'] === true ? swappedLast(build, left) : left, attrs['transB'] === true ? swappedLast(build, right) : right]
}

/** Shape of a product of two operands that both have two axes or more. */
export function productShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length)
  const batch = Array.from({ length: rank - 2 }, (_, i) => Math.max(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1))
  return [...batch, a.at(-2) ?? 1, b.at(-1)!]
}

/** The product in the order and shape the attributes want. */
export function productResult(build: OnnxBuilder, attrs: Attrs, y: string, shape: readonly number[]): string {
  const turned = attrs['transY'] === true ? swappedLast(build, y) : y
  const placed = readsHeads(attrs, 'y') && build.typeOf(turned).shape.length === 4 ? transposed(build, turned, [0, 2, 1, 3]) : turned
  return reshaped(build, placed, shape)
}

export const translateMatMul: Translate = (node: Node, t) => {
  const attrs = t.attrs(node)
  const [a, b, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const [left, right] = productOperands(
    t.build,
    attrs,
    atLeastMatrix(t.build, t.carried(a!), true),
    atLeastMatrix(t.build, t.carried(b!), false),
  )
  const product: OnnxType = { dtype: 'f32', shape: productShape(t.build.typeOf(left).shape, t.build.typeOf(right).shape) }
  const y = productResult(t.build, attrs, t.build.node('MatMul', [left, right], product), type.shape)
  const summed = bias === undefined ? y : t.build.node('Add', [y, t.carried(bias)], { dtype: 'f32', shape: type.shape })
  return [finished(t, summed, type, node)]
}

function atLeastMatrix(build: OnnxBuilder, x: string, row: boolean): string {
  const { shape } = build.typeOf(x)
  return shape.length > 1 ? x : reshaped(build, x, row ? [1, shape[0]!] : [shape[0]!, 1])
}
