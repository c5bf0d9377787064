import { elementCount } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import { constantOperand, type FormView, type Normalize, numberAttr, refuse } from './form.ts'

/** BatchNormalization at inference: four constants, one result. */
export const batchNormalization: Normalize = (view) => {
  const channels = view.type(0).shape[1] ?? 1
  for (const name of ['scale', 'B', 'mean', 'var']) {
    const { length } = constantOperand(view, name)
    if (length !== channels)
      refuse(view, `BatchNormalization with a ${name} of other channels`, `${length} numbers`, `${channels}, one a channel`)
  }
  return { op: 'BatchNormalization', inputs: view.inputs.slice(0, 5), attrs: { epsilon: numberAttr(view, 'epsilon') } }
}

/** Factors and terms must belong to the axes that are normalized together: known ones are repeated along them, computed ones are that large. */
export function checkFactors(view: FormView, axis: number): void {
  const { shape } = view.type(0)
  for (const operand of [1, 2]) {
    if (view.inputs[operand] === undefined) continue
    const own = view.type(operand).shape
    const aligned = [...new Array<number>(Math.max(0, shape.length - own.length)).fill(1), ...own]
    const fits = aligned.length === shape.length && aligned.every((d, i) => d === 1 || (i >= axis && d === shape[i]))
    if (!fits || (view.known(operand) === undefined && elementCount(own) !== elementCount(shape.slice(axis))))
      refuse(view, `${view.op} with factors of this shape is not supported`, `[${own.join(', ')}]`, `[${shape.slice(axis).join(', ')}]`)
  }
}

/** LayerNormalization: one result; the axis from the front. */
export const layerNormalization: Normalize = (view) => {
  const axis = frontAxis(numberAttr(view, 'axis'), view.type(0).shape.length)
  checkFactors(view, axis)
  return { op: view.op, inputs: view.inputs, attrs: { axis, epsilon: numberAttr(view, 'epsilon') } }
}

/** RMSNormalization over the last axis; others are read as one of rows. */
export const rmsNormalization: Normalize = (view) => {
  checkFactors(view, view.type(0).shape.length - 1)
  return { op: view.op, inputs: view.inputs, attrs: { epsilon: numberAttr(view, 'epsilon') } }
}

/** InstanceNormalization. */
export const byEpsilon: Normalize = (view) => ({ op: view.op, inputs: view.inputs, attrs: { epsilon: numberAttr(view, 'epsilon') } })

/** GroupNormalization: factors and terms of each channel, or known ones of each group, which opset 18 has. */
export const groupNormalization: Normalize = (view) => {
  const groups = numberAttr(view, 'num_groups')
  const channels = view.type(0).shape[1]!
  for (const operand of [1, 2]) {
    const count = elementCount(view.type(operand).shape)
    if (count !== channels && (count !== groups || view.known(operand) === undefined))
      refuse(view, 'GroupNormalization with factors of this shape is not supported', `${count} of ${channels} channels`, `${channels}`)
  }
  return { op: view.op, inputs: view.inputs, attrs: { num_groups: groups, epsilon: numberAttr(view, 'epsilon') } }
}

/** The operand itself. */
export const nothing: Normalize = (view) => view.inputs[0]!

/** Dropout at inference: the operand itself. */
export const dropout: Normalize = (view) => {
  const { inputs } = view
  const isTraining = inputs[2] !== undefined && view.known(2)?.data[0] !== 0
  if (isTraining && view.known(1)?.data[0] !== 0)
    refuse(view, 'Dropout that trains is not supported', 'training_mode true', 'training_mode false')
  return inputs[0]!
}

/** LRN: every attribute given. */
export const lrn: Normalize = (view) => {
  const size = numberAttr(view, 'size')
  if (size < 1) refuse(view, 'there are no channels around', `size ${size}`, '1 or more')
  const attrs = { size, alpha: numberAttr(view, 'alpha'), beta: numberAttr(view, 'beta'), bias: numberAttr(view, 'bias') }
  return { op: 'LRN', inputs: view.inputs, attrs }
}
