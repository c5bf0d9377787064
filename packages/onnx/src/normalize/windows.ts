import { type FormView, listAttr, refuse, wordAttr } from './form.ts'

/** Strides, pads and dilations of a window, complete, with `auto_pad` and rounding up resolved. */
export interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
}

/** The window of a convolution or pool over `size` (spatial axes only). */
export function windowOf(view: FormView, kernel: readonly number[], size: readonly number[]): Window {
  const n = kernel.length
  const strides = listAttr(view, 'strides') ?? kernel.map(() => 1)
  const dilations = listAttr(view, 'dilations') ?? kernel.map(() => 1)
  const autoPad = wordAttr(view, 'auto_pad')
  const pads = [...(listAttr(view, 'pads') ?? kernel.flatMap(() => [0, 0]))]
  if (pads.some((each) => each < 0)) refuse(view, `${view.op} with negative pads is no ONNX`, `pads [${pads.join(', ')}]`, 'pads from 0')
  if (autoPad === 'VALID') pads.fill(0)
  if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
    for (let i = 0; i < n; i++) {
      const places = Math.ceil(size[i]! / strides[i]!)
      const all = Math.max(0, (places - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - size[i]!)
      const less = Math.floor(all / 2)
      pads[i] = autoPad === 'SAME_UPPER' ? less : all - less
      pads[i + n] = all - pads[i]!
    }
  }
  if (view.attrs['ceil_mode'] === 1) {
    for (let i = 0; i < n; i++) {
      const reach = size[i]! + pads[i]! + pads[i + n]! - dilations[i]! * (kernel[i]! - 1) - 1
      let places = Math.ceil(reach / strides[i]!) + 1
      if ((places - 1) * strides[i]! >= size[i]! + pads[i]!) places--
      const missing = (places - 1) * strides[i]! - reach
      if (missing > 0) pads[i + n]! += missing
    }
  }
  return { kernel, strides, dilations, pads }
}
