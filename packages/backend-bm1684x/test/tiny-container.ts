import { writePortableBmodel } from '../src/bmodel/write-portable-bmodel.ts'

/** The program that the container holds. */
export const program = 'module @tiny attributes {} {}\n'
/** Two weights: one that takes two blocks of 4,096 bytes, one that takes a part of one. */
export const conv = Uint8Array.from({ length: 4100 }, (_, i) => i % 251)
export const bias = Uint8Array.of(1, 2, 3, 4)
/** A container of two inputs, one output and two weights, as it was written. */
export const file = writePortableBmodel(
  {
    chip: 'BM1684X',
    name: 'tiny',
    program,
    inputs: [
      { name: 'x', dtype: 'f32', shape: [1, 3, 20, 20] },
      { name: 'ids', dtype: 'i32', shape: [2, 5] },
    ],
    outputs: [{ name: 'y', dtype: 'i8', shape: [1, 4] }],
    weights: [
      { name: 'conv', bytes: conv },
      { name: 'bias', bytes: bias },
    ],
  },
  // Friday, 5 June 2026, 07:08:09 UTC.
  Date.UTC(2026, 5, 5, 7, 8, 9) / 1000,
)

/** 4,100 bytes take two blocks of 4,096, 4 bytes one. */
export const coefficientBytes = 3 * 4096
