import { frontAxis } from '@q/ir'
import { floatAttr, intAttr, type Normalize, refuse } from './form.ts'

/** BatchNormalization at inference: five operands, one result. */
export const batchNormalization: Normalize = (view) => {
  if (intAttr(view, 'training_mode', 0) === 1) refuse(view, 'the model was exported for training', 'training_mode 1', 'training_mode 0')
  return { op: 'BatchNormalization', inputs: view.inputs.slice(0, 5), attrs: { epsilon: floatAttr(view, 'epsilon', 1e-5) } }
}

/** LayerNormalization: one result; the axis from the front. */
export const layerNormalization: Normalize = (view) => ({
  op: view.op,
  inputs: view.inputs,
  attrs: { axis: frontAxis(intAttr(view, 'axis', -1), view.type(0).shape.length), epsilon: floatAttr(view, 'epsilon', 1e-5) },
})

/** InstanceNormalization and RMSNormalization. */
export const byEpsilon: Normalize = (view) => ({ op: view.op, inputs: view.inputs, attrs: { epsilon: floatAttr(view, 'epsilon', 1e-5) } })

/** GroupNormalization. */
export const groupNormalization: Normalize = (view) => ({
  op: view.op,
  inputs: view.inputs,
  attrs: { num_groups: intAttr(view, 'num_groups', 1), epsilon: floatAttr(view, 'epsilon', 1e-5) },
})

/** Dropout and its kind at inference: the operand itself. */
export const nothing: Normalize = (view) => view.inputs[0]!

/** Constant results of Dropout's mask are never used at inference. */
export const lrn: Normalize = (view) => ({
  op: 'LRN',
  inputs: view.inputs,
  attrs: {
    size: intAttr(view, 'size', 1),
    alpha: floatAttr(view, 'alpha', 1e-4),
    beta: floatAttr(view, 'beta', 0.75),
    bias: floatAttr(view, 'bias', 1),
  },
})
