import { elementCount, type Node } from '@q/ir'
import { roundBf16 } from '@q/ir/number'
import { alwaysRounded, bf16StyleOf, reshaped, rounded, transposed } from './finish.ts'
import { sumsInOrder, sumsInTwoLanes } from './sums-in-order.ts'
import type { Translate, Translation } from './translator.ts'

/** Whether norms are computed in the order of their definition, which codes hang on. */
const isInOrder = ({ precision, keepsOperators }: Translation): boolean => precision === 'exact' && !keepsOperators

/** Rounds every step of a norm: to bfloat16 where the result is one, as TPU-MLIR 1.30.2 computes them; to nothing else than float32 otherwise. */
function steps(node: Node, t: Translation, dtype = t.typeOf(node.outputs[0]!).dtype) {
  const isBf16 = dtype === 'bf16'
  const round = (x: string): string => (isBf16 ? rounded(t, x, { dtype, shape: t.build.typeOf(x).shape }, alwaysRounded(node)) : x)
  const number = (x: number): number => (isBf16 ? roundBf16(x, bf16StyleOf(node)) : x)
  const { build } = t
  const like = (op: string, x: string, y: string): string => round(build.node(op, [x, y], build.typeOf(x)))
  const epsilon = build.numbers('f32', number(Number(t.attrs(node)['epsilon'])))
  const share = (elements: number) => build.numbers('f32', number(1 / elements))
  /** The mean of rows `[rows, elements]`, summed in order. In bfloat16 each element is divided first. */
  const mean = (x: string, shared = (y: string) => build.node('Mul', [y, share(build.typeOf(y).shape[1]!)], build.typeOf(y))): string => {
    if (isBf16) return round(sumsInOrder(build, shared(x)))
    const sums = sumsInOrder(build, x)
    return build.node('Div', [sums, build.numbers('f32', build.typeOf(x).shape[1]!)], build.typeOf(sums))
  }
  /** The mean of the squares of rows, which are rounded once more when they are divided. */
  const meanSquare = (x: string): string => mean(like('Mul', x, x), (y) => like('Mul', y, share(build.typeOf(y).shape[1]!)))
  const root = (variance: string): string => round(build.node('Sqrt', [like('Add', variance, epsilon)], build.typeOf(variance)))
  const inverse = (x: string): string => round(build.node('Div', [build.numbers('f32', 1), x], build.typeOf(x)))
  return { isBf16, like, mean, meanSquare, root, inverse }
}

/** The steps of a norm over planes: in float32 each element and each square is divided first, and sums run in two lanes. */
function planeSteps(node: Node, t: Translation): ReturnType<typeof steps> {
  const order = steps(node, t)
  if (order.isBf16) return order
  const { build } = t
  const mean = (x: string): string => {
    const type = build.typeOf(x)
    return sumsInTwoLanes(build, build.node('Mul', [x, build.numbers('f32', Math.fround(1 / type.shape[1]!))], type))
  }
  return { ...order, mean, meanSquare: (x) => mean(order.like('Mul', x, x)) }
}

/** `(x - mean) / sqrt(variance + epsilon)` of rows `[rows, elements]`, each step in the order in which it is defined. */
function unitRows(x: string, { like, mean, meanSquare, root, inverse }: ReturnType<typeof steps>): string {
  const distance = like('Sub', x, mean(x))
  return like('Mul', distance, inverse(root(meanSquare(distance))))
}

export const translateLayerNorm: Translate = (node, t) => {
  const [x, scale, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const attrs = t.attrs(node)
  const axis = Number(attrs['axis'])
  const inner = type.shape.slice(axis < 0 ? axis + type.shape.length : axis)
  const build = t.build
  if (isInOrder(t)) {
    const order = steps(node, t)
    const count = elementCount(inner)
    const unit = unitRows(reshaped(build, t.carried(x!), [elementCount(type.shape) / count, count]), order)
    const row = (name: string) => reshaped(build, t.carried(name), [1, count])
    const scaled = scale === undefined ? unit : order.like('Mul', unit, row(scale))
    const y = bias === undefined ? scaled : order.like('Add', scaled, row(bias))
    return [rounded(t, reshaped(build, y, type.shape), type, node)]
  }
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
  if (isInOrder(t)) {
    const { isBf16, like, meanSquare, root, inverse } = steps(node, t)
    const count = type.shape.at(-1)!
    const rows = reshaped(build, input, [elementCount(type.shape) / count, count])
    const length = root(meanSquare(rows))
    const unit = isBf16 ? like('Mul', rows, inverse(length)) : like('Div', rows, length)
    const y = scale === undefined ? unit : like('Mul', unit, reshaped(build, t.carried(scale), [1, count]))
    return [rounded(t, reshaped(build, y, type.shape), type, node)]
  }
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
  if (isInOrder(t)) return [inGroups(node, t, type.shape[0]! * channels, planeSteps)]
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
  if (isInOrder(t)) return [inGroups(node, t, type.shape[0]! * groups)]
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
  const unit = unitPixels(turned, node, t)
  const each = isInOrder(t) ? steps(node, t).like : undefined
  return [rounded(t, perChannel(t, transposed(build, unit, back), scale, bias, each), type, node)]
}

/** Each run of the last axis normalized, in float32 whatever the type of the result. */
function unitPixels(x: string, node: Node, t: Translation): string {
  const { build } = t
  const type = build.typeOf(x)
  const count = type.shape.at(-1)!
  if (isInOrder(t)) {
    const rows = reshaped(build, x, [elementCount(type.shape) / count, count])
    return reshaped(build, unitRows(rows, steps(node, t, 'f32')), type.shape)
  }
  const ones = build.numbers(
    'f32',
    Array.from({ length: count }, () => 1),
    [count],
  )
  return build.node('LayerNormalization', [x, ones], type, { axis: -1, epsilon: Number(t.attrs(node)['epsilon']) })
}

/** So many runs of channels, each normalized in the defined order. */
function inGroups(
  node: Node,
  t: Translation,
  runs: number,
  stepsOf: (node: Node, t: Translation) => ReturnType<typeof steps> = steps,
): string {
  const [x, scale, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const order = stepsOf(node, t)
  const unit = unitRows(reshaped(t.build, t.carried(x!), [runs, elementCount(type.shape) / runs]), order)
  return rounded(t, perChannel(t, reshaped(t.build, unit, type.shape), scale, bias, order.like), type, node)
}

/** `x * scale + bias` along axis 1, either left out. */
function perChannel(
  t: Translation,
  x: string,
  scale: string | undefined,
  bias: string | undefined,
  each = (op: string, y: string, z: string) => t.build.node(op, [y, z], t.build.typeOf(y)),
): string {
  const type = t.build.typeOf(x)
  const along = (name: string) => reshaped(t.build, t.carried(name), [1, type.shape[1]!, ...type.shape.slice(2).map(() => 1)])
  const scaled = scale === undefined ? x : each('Mul', x, along(scale))
  return bias === undefined ? scaled : each('Add', scaled, along(bias))
}
