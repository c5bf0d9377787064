import { type PortableCvimodel, writePortableCvimodel } from '../src/cvimodel/index.ts'

/** A network of two inputs, one output and three weights. */
export const tiny: PortableCvimodel = {
  chip: 'cv181x',
  name: 'tiny',
  program: 'module @tiny attributes {} {}\n',
  inputs: [
    { name: 'x', dtype: 'f32', shape: [1, 3, 20, 20] },
    { name: 'codes', dtype: 'i8', shape: [2, 5, 1, 1], quant: { scale: 1 / 64, zeroPoint: 0 } },
  ],
  outputs: [{ name: 'y', dtype: 'i8', shape: [1, 4, 1, 1], quant: { scale: 0.25, zeroPoint: -3 } }],
  weights: [
    { name: 'conv', dtype: 'i8', shape: [4, 3, 3, 3], bytes: Uint8Array.from({ length: 108 }, (_, i) => i) },
    { name: 'bias', dtype: 'i32', shape: [4, 1, 1, 1], bytes: Uint8Array.from({ length: 16 }, (_, i) => 255 - i) },
    { name: 'slope/a:0', dtype: 'bf16', shape: [1, 1, 1, 2], bytes: Uint8Array.of(1, 2, 3, 4) },
  ],
}

/** The container, as written on Friday, 5 June 2026, 07:08:09 UTC. */
export const file = writePortableCvimodel(tiny, Date.UTC(2026, 5, 5, 7, 8, 9) / 1000)
