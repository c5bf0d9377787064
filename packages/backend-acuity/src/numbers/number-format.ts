/** Types in which codes and numbers are stored, as the tables spell them. */
export type StorageType = 'u8' | 'i8' | 'i16' | 'i32' | 'i64' | 'fp32' | 'float16' | 'bfloat16' | 'qbfloat16'

/** How numbers become codes, as the tables spell it. */
export type Quantizer =
  | 'asymmetric_affine'
  | 'symmetric_affine'
  | 'perchannel_symmetric_affine'
  | 'dynamic_fixed_point'
  | 'qbfloat16'
  | 'bfloat16'
  | 'float16'
  | 'float32'

/** Storage types of activations and weights. */
export type CodeType = 'u8' | 'i8' | 'i16'

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
