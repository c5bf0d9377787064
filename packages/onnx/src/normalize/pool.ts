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

/** AveragePool. What rounding up adds behind the padding is not counted with it: where there is no other, no padding is counted. */
export const averagePool: Normalize = (view) => {
  const window = pool(view)
  const { pads } = pool({ ...view, attrs: { ...view.attrs, ceil_mode: 0 } })
  const isExtended = window.pads.some((pad, i) => pad !== pads[i])
  const isCounted = flagAttr(view, 'count_include_pad') && pads.some((pad) => pad > 0)
  if (isExtended && isCounted)
    refuse(
      view,
      'AveragePool with counted padding and windows behind it is not supported',
      'count_include_pad 1 and ceil_mode 1',
      'one of them',
    )
  return {
    op: 'AveragePool',
    inputs: view.inputs,
    attrs: { ...window, count_include_pad: isExtended ? false : flagAttr(view, 'count_include_pad') },
  }
}
