/** The modes a layer may be quantized in, spelt as in quantization tables. */
export const quantModes = [
  'INT8', 'UINT8', 'INT4', 'BF16', 'F16', 'F32',
  'W8F16', 'W8BF16', 'W4F16', 'W4BF16', 'W4INT8',
  'F8', 'F8E4M3', 'F8E5M2', 'W4F8E4M3', 'W4F8E5M2',
  'INT8F16DYN', 'INT8BF16DYN', 'INT4F16DYN', 'INT4BF16DYN', 'F8E4M3F16DYN', 'F8E4M3BF16DYN', 'F4F16DYN', 'F4BF16DYN',
] as const

/** How a layer is computed: integers, a float type, or a mixture of narrow weights and wider activations. */
export type QuantMode = (typeof quantModes)[number]
