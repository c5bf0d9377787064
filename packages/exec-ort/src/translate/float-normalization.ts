import { reshaped, rounded } from './finish.ts'
import type { Translate } from './translator.ts'

export const translateLayerNorm: Translate = (node, t) => {
  const [x, scale, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const axis = Number(attrs['axis'])
  const inner = type.shape.slice(axis < 0 ? axis + type.shape.length : axis)
  const build = t.build
  const gamma = scale === undefined
    ? build.numbers('f32', inner.reduce((list: readonly number[], dim) => list.length === 0 ? Array.from({ length: dim }, () => 1) : Array.from({ length: dim * list.length }, () => 1), []), inner)
    : reshaped(build, t.carried(scale), inner)
  const y = build.node('LayerNormalization', [t.carried(x!), gamma, ...(bias === undefined ? [] : [reshaped(build, t.carried(bias), inner)])],
    { dtype: 'f32', shape: type.shape }, { axis, epsilon: Number(attrs['epsilon']) })
  return [rounded(build, y, type, node)]
}

export const translateRmsNorm: Translate = (node, t) => {
  const [x, scale] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  const float = { dtype: 'f32', shape: type.shape } as const
  const kept = { dtype: 'f32', shape: [...type.shape.slice(0, -1), 1] } as const
  const input = t.carried(x!)
  const square = build.node('Mul', [input, input], float)
  const mean = build.node('ReduceMean', [square, build.numbers('i64', [-1])], kept, { keepdims: 1 })
  const root = build.node('Sqrt', [build.node('Add', [mean, build.numbers('f32', Number(t.attrs(node)['epsilon']))], kept)], kept)
  const unit = build.node('Div', [input, root], float)
  const y = scale === undefined
    ? unit
    : build.node('Mul', [unit, reshaped(build, t.carried(scale), [type.shape.at(-1)!])], float)
  return [rounded(build, y, type, node)]
}

export const translateInstanceNorm: Translate = (node, t) => {
  const [x, scale, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const channels = type.shape[1]!
  const list = (name: string | undefined, fallback: number) =>
    name === undefined
      ? t.build.numbers('f32', Array.from({ length: channels }, () => fallback))
      : reshaped(t.build, t.carried(name), [channels])
  const y = t.build.node('InstanceNormalization', [t.carried(x!), list(scale, 1), list(bias, 0)], { dtype: 'f32', shape: type.shape },
    { epsilon: Number(t.attrs(node)['epsilon']) })
  return [rounded(t.build, y, type, node)]
}

export const translateSoftmax: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const y = t.build.node(attrs['log'] === true ? 'LogSoftmax' : 'Softmax', [t.carried(node.inputs[0]!)], { dtype: 'f32', shape: type.shape },
    { axis: Number(attrs['axis']) })
  return [rounded(t.build, y, type, node)]
}

export const translateReduce: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const rank = t.typeOf(node.inputs[0]!).shape.length
  const axes = (attrs['axes'] as readonly number[]).map((axis) => (axis < 0 ? axis + rank : axis))
  const kept = t.typeOf(node.inputs[0]!).shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
  const y = t.build.node(node.op, [t.carried(node.inputs[0]!), t.build.numbers('i64', axes)], { dtype: 'f32', shape: kept }, { keepdims: 1 })
  return [rounded(t.build, reshaped(t.build, y, type.shape), type, node)]
}
