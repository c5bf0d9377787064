import { type FormView, flagAttr, listAttr, type Normalize, refuse } from './form.ts'
import { windowOf } from './windows.ts'

function pool(view: FormView) {
  const window = windowOf(view, listAttr(view, 'kernel_shape') ?? [], view.type(0).shape.slice(2))
  const { length } = window.kernel
  const given = listAttr(view, 'pads') ?? []
  if (given.some((pad, i) => pad >= window.kernel[i % length]!))
    refuse(view, 'a window lies in the padding alone', `pads [${given.join(', ')}]`, `less than the kernel, [${window.kernel.join(', ')}]`)
  if (window.dilations.some((each) => each !== 1))
    refuse(view, 'pools with dilations are not supported', `dilations [${window.dilations.join(', ')}]`, 'ones')
  return { kernel_shape: window.kernel, strides: window.strides, pads: window.pads }
}

/** Whether a pool of canonical graphs computes the same: without gaps, and without windows behind a border that counts. */
export function isPlainPool(view: FormView): boolean {
  if ((listAttr(view, 'dilations') ?? []).some((each) => each !== 1)) return false
  return view.op !== 'AveragePool' || !isCountedBehind(view)
}

/** Whether rounding up adds windows behind a border that counts, which what it adds does not. */
function isCountedBehind(view: FormView): boolean {
  return reachesBehind(view) && flagAttr(view, 'count_include_pad') && padsBefore(view).some((pad) => pad > 0)
}

const padsOf = (view: FormView): readonly number[] => windowOf(view, listAttr(view, 'kernel_shape') ?? [], view.type(0).shape.slice(2)).pads

/** The pads without what rounding up adds to them. */
const padsBefore = (view: FormView): readonly number[] => padsOf({ ...view, attrs: { ...view.attrs, ceil_mode: 0 } })

/** Whether rounding up adds windows that reach behind the border. */
export function reachesBehind(view: FormView): boolean {
  const pads = padsBefore(view)
  return padsOf(view).some((pad, i) => pad !== pads[i])
}

/** Refuses means whose number of places ONNX leaves open. */
export function refuseCountedBehind(view: FormView): never {
  refuse(
    view,
    'AveragePool with counted padding and windows behind it is not supported',
    'count_include_pad 1 and ceil_mode 1',
    'one of them',
  )
}

/** MaxPool, whose indices nothing may use: rounding up goes into the end pads. */
export const maxPool: Normalize = (view) => {
  if (view.isUsed(view.outputs[1])) refuse(view, 'the indices of a MaxPool are not supported', '2 results that are used', '1 result')
  return { op: 'MaxPool', inputs: view.inputs, attrs: pool(view) }
}

/** AveragePool. What rounding up adds behind the padding is not counted with it: where there is no other, no padding is counted. */
export const averagePool: Normalize = (view) => {
  const window = pool(view)
  if (isCountedBehind(view)) refuseCountedBehind(view)
  return {
    op: 'AveragePool',
    inputs: view.inputs,
    attrs: { ...window, count_include_pad: !reachesBehind(view) && flagAttr(view, 'count_include_pad') },
  }
}
