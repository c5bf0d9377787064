export { main } from './main.ts'
export { quantize } from './pipeline/quantize.ts'
export type { Quantized, QuantizeOptions } from './pipeline/quantize.ts'
