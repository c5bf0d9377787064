/**
 * What standard ONNX does not say exactly, of the cases that every executor passes: it is refused, and the reference executor computes it.
 * Products of two 32-bit codes, sums of which leave 64 bits, bfloat16 styles that the runtime has not,
 * a border that mirrors elements more than once, and what is made of operands without elements, which its kernels leave unwritten.
 */
export const refusedForms: readonly string[] = [
  'QAdd: a sum of products beyond 2^53, rounded once',
  'QMul: a product beyond 2^53',
  'Cast: saturate bfloat16',
  'Add: saturate bfloat16',
  'Cast: truncate bfloat16',
  'Add: truncate bfloat16',
  'QuantizeLinear: codes of truncate bfloat16',
  'Cast: subnormal bfloat16 numbers kept',
  'GatherElements: beside saturate',
  'ScatterElements: beside saturate',
  'GatherND: beside saturate',
  'ScatterND: beside saturate',
  'GatherElements: beside truncate',
  'ScatterElements: beside truncate',
  'GatherND: beside truncate',
  'ScatterND: beside truncate',
  'Pad: reflect, 0,0,0,5',
  'QMatMul: products of nothing are the bias',
  'MatMul: products of nothing are the bias',
  'MatMul: products of nothing',
  'ReduceSum: the sum of nothing',
  'ReduceProd: the product of nothing',
  'ReduceMean: the mean of nothing',
  'ReduceMax: the largest of nothing',
  'Pad: a border around nothing',
]
