import { roundBf16Array, roundF16Array } from '@q/ir/number'

import type { Kernel, KernelCall, Numbers } from '../kernel.ts'

/** A kernel whose 16-bit float results are rounded once, unless the node says that they are left as they are. */
export function rounded(kernel: Kernel): Kernel {
  return (call) => kernel(call).map((data, i) => roundResult(call, data, i))
}

/** Rounds freshly computed numbers to the element type of result `index`. */
function roundResult(call: KernelCall, data: Numbers, index: number): Numbers {
  const dtype = call.results[index]?.dtype
  if (call.attrs['unrounded'] === true || !(data instanceof Float32Array)) return data
  const own = !call.inputs.some((input) => input?.data === data)
  if (dtype === 'f16') return roundF16Array(data, own ? data : undefined)
  if (dtype === 'bf16') return roundBf16Array(data, own ? data : undefined, call.bf16)
  return data
}
