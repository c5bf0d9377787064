import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { rounded } from './finish.ts'
import { sumsAlong } from './sums-in-order.ts'
import type { Translate, Translation } from './translator.ts'

/** `e^(x - max) / sum` in float32. Where codes hang on it, exponentials are float64 numbers rounded once and added in axis order, as it is defined. */
export function softmaxOf(t: Translation, x: string, axis: number): string {
  const type = t.build.typeOf(x)
  const isInOrder = t.precision === 'exact' && !t.keepsOperators && type.shape.length > 0
  return isInOrder ? inOrder(t.build, x, axis < 0 ? axis + type.shape.length : axis) : t.build.node('Softmax', [x], type, { axis })
}

function inOrder(build: OnnxBuilder, x: string, axis: number): string {
  const { shape } = build.typeOf(x)
  const float = { dtype: 'f32', shape } as const
  const kept = { dtype: 'f32', shape: shape.map((dim, i) => (i === axis ? 1 : dim)) } as const
  const largest = build.node('ReduceMax', [x, build.numbers('i64', [axis])], kept, { keepdims: 1 })
  const below = build.cast(build.node('Sub', [x, largest], float), 'f64')
  const exponentials = build.cast(build.node('Exp', [below], { dtype: 'f64', shape }), 'f32')
  return build.node('Div', [exponentials, sumsAlong(build, exponentials, axis)], float)
}

export const translateSoftmax: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const x = t.carried(node.inputs[0]!)
  const axis = Number(attrs['axis'])
  const y = attrs['log'] === true ? t.build.node('LogSoftmax', [x], { dtype: 'f32', shape: type.shape }, { axis }) : softmaxOf(t, x, axis)
  return [rounded(t, y, type, node)]
}
