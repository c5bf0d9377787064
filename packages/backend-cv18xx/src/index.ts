export { type Cv18xxOptions, cv18xx } from './cv18xx.ts'
export { type Chip, chips } from './target.ts'
export type { TpuCodec } from './tpu-codec.ts'
