export type { Kernel, KernelCall, Numbers, Operand } from './kernel.ts'
export { createReferenceExecutor, type ReferenceExecutorOptions } from './reference-executor.ts'
export { referenceKernels } from './reference-kernels.ts'
