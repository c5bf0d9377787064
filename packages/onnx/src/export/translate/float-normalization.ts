import { elementCount } from '@q/ir'
import { reshaped, rounded, transposed } from './finish.ts'
import type { Translate, Translation } from './translator.ts'

export const translateLayerNorm: Translate = (node, t) => {
  const [x, scale, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const axis = Number(attrs['axis'])
  const inner = type.shape.slice(axis < 0 ? axis + type.shape.length : axis)
  const build = t.build
  const gamma =
    scale === undefined
      ? build.numbers(
          'f32',
          Array.from({ length: elementCount(inner) }, () => 1),
          inner,
        )
      : reshaped(build, t.carried(scale), inner)
  const y = build.node(
    'LayerNormalization',
    [t.carried(x!), gamma, ...(bias === undefined ? [] : [reshaped(build, t.carried(bias), inner)])],
    { dtype: 'f32', shape: type.shape },
    { axis, epsilon: Number(attrs['epsilon']) },
  )
  return [rounded(t, y, type, node)]
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
  const y = scale === undefined ? unit : build.node('Mul', [unit, reshaped(build, t.carried(scale), [type.shape.at(-1)!])], float)
  return [rounded(t, y, type, node)]
}

export const translateInstanceNorm: Translate = (node, t) => {
  const [x, scale, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const channels = type.shape[1]!
  const list = (name: string | undefined, fallback: number) =>
    name === undefined
      ? t.build.numbers(
          'f32',
          Array.from({ length: channels }, () => fallback),
        )
      : reshaped(t.build, t.carried(name), [channels])
  const y = t.build.node(
    'InstanceNormalization',
    [t.carried(x!), list(scale, 1), list(bias, 0)],
    { dtype: 'f32', shape: type.shape },
    { epsilon: Number(t.attrs(node)['epsilon']) },
  )
  return [rounded(t, y, type, node)]
}

/** A group is a plane of its own once its channels are laid behind each other. */
export const translateGroupNorm: Translate = (node, t) => {
  const [x, scale, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const groups = Number(attrs['num_groups'])
  const { build } = t
  const flat = [type.shape[0]!, groups, elementCount(type.shape) / (type.shape[0]! * groups)]
  const ones = (value: number) =>
    build.numbers(
      'f32',
      Array.from({ length: groups }, () => value),
    )
  const unit = build.node(
    'InstanceNormalization',
    [reshaped(build, t.carried(x!), flat), ones(1), ones(0)],
    { dtype: 'f32', shape: flat },
    { epsilon: Number(attrs['epsilon']) },
  )
  return [rounded(t, perChannel(t, reshaped(build, unit, type.shape), scale, bias), type, node)]
}

/** Axis 1 turned to the end is what the operator over the last axis takes. */
export const translatePixelNorm: Translate = (node, t) => {
  const [x, scale, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const { build } = t
  const rank = type.shape.length
  const there = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]
  const back = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]
  const turned = transposed(build, t.carried(x!), there)
  const ones = build.numbers(
    'f32',
    Array.from({ length: type.shape[1]! }, () => 1),
    [type.shape[1]!],
  )
  const unit = build.node('LayerNormalization', [turned, ones], build.typeOf(turned), {
    axis: -1,
    epsilon: Number(t.attrs(node)['epsilon']),
  })
  return [rounded(t, perChannel(t, transposed(build, unit, back), scale, bias), type, node)]
}

/** `x * scale + bias` along axis 1, either left out. */
function perChannel(t: Translation, x: string, scale: string | undefined, bias: string | undefined): string {
  const type = t.build.typeOf(x)
  const along = (name: string) => reshaped(t.build, t.carried(name), [1, type.shape[1]!, ...type.shape.slice(2).map(() => 1)])
  const scaled = scale === undefined ? x : t.build.node('Mul', [x, along(scale)], type)
  return bias === undefined ? scaled : t.build.node('Add', [scaled, along(bias)], type)
}
