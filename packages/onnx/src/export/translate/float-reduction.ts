import type { Node } from '@q/ir'
import { roundBf16, roundF16 } from '@q/ir/number'
import { bf16StyleOf, reshaped, rounded } from './finish.ts'
import type { Translate, Translation } from './translator.ts'

/** Every element by itself; without axes ONNX reduces over all. */
function overNothing({ op, inputs }: Node, { build, carried }: Translation): string {
  const x = carried(inputs[0]!)
  const { dtype, shape } = build.typeOf(x)
  const alone = reshaped(build, x, [...shape, 1])
  return build.node(op, [alone, build.numbers('i64', [shape.length])], { dtype, shape }, { keepdims: 0 })
}

/** A mean in a 16-bit float type multiplies the sum by the reciprocal of the count in that type. */
export const translateReduce: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  const { shape } = t.typeOf(node.inputs[0]!)
  const axes = (t.attrs(node)['axes'] as readonly number[]).map((axis) => (axis < 0 ? axis + shape.length : axis))
  if (axes.length === 0) return [rounded(t, overNothing(node, t), type, node)]
  const kept = type.shape.length === shape.length || axes.length === shape.length
  const float = { dtype: 'f32', shape: shape.flatMap((dim, i) => (axes.includes(i) ? (kept ? [1] : []) : [dim])) } as const
  const isNarrowMean = node.op === 'ReduceMean' && type.dtype !== 'f32'
  const y = build.node(isNarrowMean ? 'ReduceSum' : node.op, [t.carried(node.inputs[0]!), build.numbers('i64', axes)], float, {
    keepdims: kept ? 1 : 0,
  })
  const share = 1 / axes.reduce((count, axis) => count * shape[axis]!, 1)
  const narrow = type.dtype === 'f16' ? roundF16(share) : roundBf16(share, bf16StyleOf(node))
  const mean = isNarrowMean ? build.node('Mul', [y, build.numbers('f32', narrow)], float) : y
  return [rounded(t, reshaped(build, mean, type.shape), type, node)]
}
