import { elementCount } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import { type FormView, listAttr, numberAttr } from '../normalize/form.ts'
import { checkFactors } from '../normalize/normalization.ts'
import type { Body, Compose } from './body.ts'

/** `x - mean`, and `1 / sqrt(variance + epsilon)`, over axes. */
function centred(view: FormView, body: Body, axes: readonly number[], epsilon: number) {
  const [x] = view.inputs
  const { dtype } = view.type(0)
  const over = body.whole(...axes)
  const mean = body.node('ReduceMean', [x, over], { keepdims: 1 })
  const rest = body.node('Sub', [x, mean])
  const variance = body.node('ReduceMean', [body.node('Mul', [rest, rest]), over], { keepdims: 1 })
  const deviation = body.node('Sqrt', [body.node('Add', [variance, body.constant(dtype, epsilon)])])
  return { mean, rest, deviation }
}

/** The mean and one over the deviation, where a file asks for these results of a LayerNormalization; the first result is that of another one. */
export const layerNormalization: Compose = (view, body) => {
  const [y, mean, inverse] = view.outputs
  if (!view.isUsed(mean) && !view.isUsed(inverse)) return false
  const axis = frontAxis(numberAttr(view, 'axis'), view.type(0).shape.length)
  const axes = view.type(0).shape.flatMap((_, i) => (i < axis ? [] : [i]))
  const epsilon = numberAttr(view, 'epsilon')
  if (y !== undefined && y !== '') body.result('LayerNormalization', view.inputs, { axis, epsilon })
  const made = centred(view, body, axes, epsilon)
  if (view.isUsed(mean)) body.result('Identity', [made.mean], {}, 1)
  if (view.isUsed(inverse)) body.result('Reciprocal', [made.deviation], {}, 2)
  return true
}

/** `(x - mean) / deviation` over axes, without factors; what is added to the deviation is 1e-9. */
export const meanVarianceNormalization: Compose = (view, body) => {
  const [x] = view.inputs
  const { dtype } = view.type(0)
  const over = body.whole(...(listAttr(view, 'axes') ?? [0, 2, 3]))
  const mean = (of: string | undefined): string => body.node('ReduceMean', [of, over], { keepdims: 1 })
  const rest = body.node('Sub', [x, mean(x)])
  const deviation = body.node('Sqrt', [mean(body.node('Mul', [rest, rest]))])
  body.result('Div', [rest, body.node('Add', [deviation, body.constant(dtype, 1e-9)])])
  return true
}

/** A batch normalization of which something is computed while the network runs: each step as ONNX writes it. */
export const computedBatchNormalization: Compose = (view, body) => {
  if ([1, 2, 3, 4].every((operand) => view.known(operand) !== undefined)) return false
  const { shape, dtype } = view.type(0)
  const perChannel = body.whole(1, -1, ...shape.slice(2).map(() => 1))
  const [x, ...given] = view.inputs
  const [scale, bias, mean, variance] = given.map((name) => body.node('Reshape', [name, perChannel]))
  const deviation = body.node('Sqrt', [body.node('Add', [variance, body.constant(dtype, numberAttr(view, 'epsilon'))])])
  const factor = body.node('Div', [scale, deviation])
  body.result('Add', [body.node('Mul', [body.node('Sub', [x, mean]), factor]), bias])
  return true
}

/** Factors and terms of each group that are computed while the network runs (opset 18) are repeated to its channels. */
export const computedGroupNormalization: Compose = (view, body) => {
  const { shape } = view.type(0)
  const groups = numberAttr(view, 'num_groups')
  const channels = shape[1]!
  const isOfGroups = (operand: number): boolean => elementCount(view.type(operand).shape) === groups && groups !== channels
  if (![1, 2].some((operand) => isOfGroups(operand) && view.known(operand) === undefined)) return false
  const repeated = (operand: number): string | undefined => {
    if (!isOfGroups(operand)) return view.inputs[operand]
    const column = body.node('Reshape', [view.inputs[operand], body.whole(groups, 1)])
    return body.node('Reshape', [body.node('Expand', [column, body.whole(groups, channels / groups)]), body.whole(channels)])
  }
  body.result('GroupNormalization', [view.inputs[0], repeated(1), repeated(2)], {
    num_groups: groups,
    epsilon: numberAttr(view, 'epsilon'),
  })
  return true
}

/** An RMSNormalization over several axes is one over the last axis of rows. */
export const rmsNormalizationOfRows: Compose = (view, body) => {
  const { shape } = view.type(0)
  const axis = frontAxis(numberAttr(view, 'axis'), shape.length)
  if (axis === shape.length - 1) return false
  checkFactors(view, axis)
  const over = shape.slice(axis)
  const count = elementCount(over)
  const [x, scale] = view.inputs
  const full = elementCount(view.type(1).shape) === count ? scale : body.node('Expand', [scale, body.whole(...over)])
  const rows = body.node('Reshape', [x, body.whole(...shape.slice(0, axis), count)])
  const factors = body.node('Reshape', [full, body.whole(count)])
  const made = body.node('RMSNormalization', [rows, factors], { axis: -1, epsilon: numberAttr(view, 'epsilon') })
  body.result('Reshape', [made, body.whole(...shape)])
  return true
}

/** The smallest number that is not subnormal, by which zeros are divided in the place of their norm. */
const smallest = 2 ** -126

/** Divided by the sum of magnitudes, or by the root of the sum of squares; zeros alone stay zeros. */
export const lpNormalization: Compose = (view, body) => {
  const [x] = view.inputs
  const { dtype, shape } = view.type(0)
  const axis = body.whole(frontAxis(numberAttr(view, 'axis'), shape.length))
  const norm = body.node(numberAttr(view, 'p') === 1 ? 'ReduceL1' : 'ReduceL2', [x, axis], { keepdims: 1 })
  body.result('Div', [x, body.node('Max', [norm, body.constant(dtype, smallest)])])
  return true
}
