import { type FormView, listAttr, type Normalize, numberAttr, refuse, wordAttr } from './form.ts'
import { windowOf } from './windows.ts'

/** Conv: kernel size from the weights, `auto_pad` resolved. */
export const conv: Normalize = (view) => {
  checkAxes(view)
  checkKernel(view)
  checkPads(view)
  checkBias(view, view.type(1).shape[0]!)
  const { strides, pads, dilations } = windowOf(view, view.type(1).shape.slice(2), view.type(0).shape.slice(2))
  return { op: 'Conv', inputs: view.inputs, attrs: { strides, pads, dilations, group: numberAttr(view, 'group') } }
}

/** ConvTranspose: `output_shape` and `auto_pad` become pads. */
export const convTranspose: Normalize = (view) => {
  checkKernel(view)
  checkPads(view)
  checkBias(view, view.type(1).shape[1]! * numberAttr(view, 'group'))
  const kernel = view.type(1).shape.slice(2)
  const size = view.type(0).shape.slice(2)
  const n = kernel.length
  const strides = listAttr(view, 'strides') ?? kernel.map(() => 1)
  const dilations = listAttr(view, 'dilations') ?? kernel.map(() => 1)
  const output_padding = listAttr(view, 'output_padding') ?? kernel.map(() => 0)
  const isWide = output_padding.some((each, i) => each < 0 || each >= Math.max(strides[i] ?? 1, dilations[i] ?? 1))
  if (isWide)
    refuse(view, 'the result has places that no element reaches', `output_padding [${output_padding.join(', ')}]`, 'less than the strides')
  const pads = [...(listAttr(view, 'pads') ?? kernel.flatMap(() => [0, 0]))]
  const autoPad = wordAttr(view, 'auto_pad')
  const same = autoPad.startsWith('SAME')
  const wanted = listAttr(view, 'output_shape')?.slice(-n) ?? (same ? size.map((d, i) => d * strides[i]!) : undefined)
  if (wanted !== undefined) {
    for (let i = 0; i < n; i++) {
      const all = strides[i]! * (size[i]! - 1) + output_padding[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - wanted[i]!
      if (all < 0) refuse(view, 'the output shape is larger than the kernel reaches', `${wanted[i]}`, `at most ${wanted[i]! + all}`)
      const less = Math.floor(all / 2)
      pads[i] = autoPad === 'SAME_UPPER' ? less : all - less
      pads[i + n] = all - pads[i]!
    }
  }
  return { op: 'ConvTranspose', inputs: view.inputs, attrs: { strides, pads, dilations, output_padding, group: numberAttr(view, 'group') } }
}

/** ONNX leaves no spatial axis out, as lowered convolutions may. */
function checkAxes(view: FormView): void {
  const [x, w] = [view.type(0).shape, view.type(1).shape]
  if (x.length !== w.length)
    refuse(view, 'x and the weights differ in their axes', `x [${x.join(', ')}], weights [${w.join(', ')}]`, `${w.length} axes of x`)
}

/** The kernel is as large as its weights are; a file that states another size is wrong in one of the two. */
function checkKernel(view: FormView): void {
  const stated = listAttr(view, 'kernel_shape')
  const kernel = view.type(1).shape.slice(2)
  if (stated !== undefined && stated.join() !== kernel.join())
    refuse(
      view,
      'the kernel has another size than its weights',
      `kernel_shape [${stated.join(', ')}]`,
      `[${kernel.join(', ')}], as the weights have it`,
    )
}

/** Pads are given or follow from a rule; where a file says both and they differ, one of the two is wrong. */
function checkPads(view: FormView): void {
  const rule = wordAttr(view, 'auto_pad')
  const pads = listAttr(view, 'pads') ?? []
  if (rule === 'NOTSET' || pads.length === 0 || (rule === 'VALID' && pads.every((pad) => pad === 0))) return
  refuse(view, 'the pads are given in two ways', `auto_pad ${rule} and pads [${pads.join(', ')}]`, 'one of the two')
}

/** A number for each channel of the result, and nothing else. */
function checkBias(view: FormView, channels: number): void {
  if (view.inputs[2] === undefined) return
  const { shape } = view.type(2)
  if (shape.length !== 1 || shape[0] !== channels)
    refuse(view, 'the bias is not that of the channels', `[${shape.join(', ')}]`, `[${channels}]`)
}
