/** How weights of an integer kernel are stored: signed, or unsigned with 128 added. */
export type WeightForm = 'i8' | 'u8'

/** The storage of weights for which the runtime's kernels are exact on this machine, and fastest. */
export interface KernelForms {
  /** `ConvInteger`. */
  readonly conv: WeightForm
  /** Convolutions in groups; `f32` is the float kernel on whole numbers. */
  readonly depthwise: WeightForm | 'f32'
  /** `MatMulInteger`. */
  readonly matMul: WeightForm
  /** `QLinearConv`. */
  readonly linearConv: WeightForm
}

/** What is exact on every processor seen so far. */
export const portableForms: KernelForms = { conv: 'u8', depthwise: 'f32', matMul: 'u8', linearConv: 'u8' }
