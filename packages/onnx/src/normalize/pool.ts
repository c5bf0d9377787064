import { type FormView, flagAttr, listAttr, type Normalize, refuse } from './form.ts'
import { windowOf } from './windows.ts'

function pool(view: FormView) {
  const window = windowOf(view, listAttr(view, 'kernel_shape') ?? [], view.type(0).shape.slice(2))
  if (window.dilations.some((each) => each !== 1))
    refuse(view, 'pools with dilations are not supported', `dilations [${window.dilations.join(', ')}]`, 'ones')
  return { kernel_shape: window.kernel, strides: window.strides, pads: window.pads }
}

/** MaxPool, without indices: rounding up goes into the end pads. */
export const maxPool: Normalize = (view) => {
  if (view.outputs[1] !== undefined && view.outputs[1] !== '')
    refuse(view, 'the indices of a MaxPool are not supported', '2 results', '1 result')
  return { op: 'MaxPool', inputs: view.inputs, attrs: pool(view) }
}

/** AveragePool. */
export const averagePool: Normalize = (view) => ({
  op: 'AveragePool',
  inputs: view.inputs,
  attrs: { ...pool(view), count_include_pad: flagAttr(view, 'count_include_pad') },
})
