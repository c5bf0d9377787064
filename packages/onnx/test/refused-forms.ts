/**
 * What standard ONNX does not say exactly, of the cases that every executor passes: it is refused, and the reference executor computes it.
 * Products of two 32-bit codes, sums of which leave 64 bits, and bfloat16 styles that the runtime has not.
 */
export const refusedForms: readonly string[] = [
  'QAdd: a sum of products beyond 2^53, rounded once',
  'QMul: a product beyond 2^53',
  'Cast: saturate bfloat16',
  'Add: saturate bfloat16',
  'Cast: truncate bfloat16',
  'Add: truncate bfloat16',
  'Cast: subnormal bfloat16 numbers kept',
]
