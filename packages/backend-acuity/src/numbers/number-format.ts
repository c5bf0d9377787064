/** Types in which codes and numbers are stored, as the tables spell them. */
export type StorageType = 'u8' | 'i8' | 'i16' | 'i32' | 'i64'

/** How numbers become codes, as the tables spell it. */
export type Quantizer = 'asymmetric_affine' | 'symmetric_affine' | 'perchannel_symmetric_affine' | 'dynamic_fixed_point'

/** The least and the largest code of a storage type that tensors are quantized to. */
export const codesOf = {
  u8: { least: 0, most: 255 },
  i8: { least: -128, most: 127 },
  i16: { least: -32768, most: 32767 },
} as const

/** Storage types of activations and weights. */
export type CodeType = keyof typeof codesOf

/** Bits of a code. */
export const bitsOf: Readonly<Record<CodeType, number>> = { u8: 8, i8: 8, i16: 16 }

/** Codes of `(code - zeroPoint) * scale`. */
export interface AffineFormat {
  readonly type: CodeType
  /** float32. */
  readonly scale: number
  readonly zeroPoint: number
}

/** Codes of `code * 2^-fl`. */
export interface FixedPointFormat {
  readonly type: Exclude<CodeType, 'u8'>
  /** Position of the point: bits behind it; below 0 and above the bits of the type too. */
  readonly fl: number
}
