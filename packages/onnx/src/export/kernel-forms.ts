/** How weights of an integer kernel are stored: signed, or unsigned with 128 added. */
export type WeightForm = 'i8' | 'u8'

/**
 * Storage of the weights of integer operators, by the operator that takes them. Which of them a runtime's kernels compute
 * exactly depends on the processor.
 */
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

/** Products of unsigned bytes, which every processor adds exactly. */
export const everywhereExact: KernelForms = { conv: 'u8', depthwise: 'u8', matMul: 'u8', linearConv: 'u8' }
