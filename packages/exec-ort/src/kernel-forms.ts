/** How weights of an integer kernel are stored: signed, or unsigned with 128 added. */
export type WeightForm = 'i8' | 'u8'

/** The storage of weights for which the runtime's kernels are exact on this machine, and fastest. */
export interface KernelForms {
  readonly conv: WeightForm
  readonly depthwise: WeightForm
  readonly matMul: WeightForm
  readonly linearConv: WeightForm
  readonly linearMatMul: WeightForm
}
