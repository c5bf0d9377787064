import { frontAxis } from '@q/ir/ops'
import { type Normalize, numberAttr } from './form.ts'

/** BatchNormalization at inference: five operands, one result. */
export const batchNormalization: Normalize = (view) => {
  return { op: 'BatchNormalization', inputs: view.inputs.slice(0, 5), attrs: { epsilon: numberAttr(view, 'epsilon') } }
}

/** LayerNormalization: one result; the axis from the front. */
export const layerNormalization: Normalize = (view) => ({
  op: view.op,
  inputs: view.inputs,
  attrs: { axis: frontAxis(numberAttr(view, 'axis'), view.type(0).shape.length), epsilon: numberAttr(view, 'epsilon') },
})

/** InstanceNormalization and RMSNormalization. */
export const byEpsilon: Normalize = (view) => ({ op: view.op, inputs: view.inputs, attrs: { epsilon: numberAttr(view, 'epsilon') } })

/** GroupNormalization. */
export const groupNormalization: Normalize = (view) => ({
  op: view.op,
  inputs: view.inputs,
  attrs: { num_groups: numberAttr(view, 'num_groups'), epsilon: numberAttr(view, 'epsilon') },
})

/** Dropout and its kind at inference: the operand itself. */
export const nothing: Normalize = (view) => view.inputs[0]!

/** Constant results of Dropout's mask are never used at inference. */
export const lrn: Normalize = (view) => ({
  op: 'LRN',
  inputs: view.inputs,
  attrs: {
    size: numberAttr(view, 'size'),
    alpha: numberAttr(view, 'alpha'),
    beta: numberAttr(view, 'beta'),
    bias: numberAttr(view, 'bias'),
  },
})
