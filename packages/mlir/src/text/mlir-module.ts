/** Element types by their MLIR names. */
export type ElementName =
  | 'f32'
  | 'f16'
  | 'bf16'
  | 'f64'
  | 'f8E4M3FN'
  | 'f8E5M2'
  | 'i1'
  | 'i4'
  | 'i8'
  | 'i16'
  | 'i32'
  | 'i64'
  | 'si4'
  | 'si8'
  | 'si16'
  | 'si32'
  | 'si64'
  | 'ui4'
  | 'ui8'
  | 'ui16'
  | 'ui32'
  | 'ui64'

/** Integer types that codes of a `!quant.uniform` type are stored in. */
export type StorageName = 'i8' | 'u8' | 'i4' | 'u4' | 'i16' | 'u16' | 'i32' | 'u32'

/** Float types that a quantized or calibrated type stands for. */
export type ExpressedName = 'f32' | 'f16' | 'bf16'

/** The element type of a tensor: plain, calibrated, or quantized. */
export type MlirElement =
  | { readonly kind: 'plain'; readonly name: ElementName }
  /** `!quant.calibrated<f32<min:max>>` */
  | { readonly kind: 'calibrated'; readonly expressed: ExpressedName; readonly min: number; readonly max: number }
  /** `!quant.uniform<i8:f32, scale:zeroPoint>`; `range` when codes are confined, as in `u8<0:1>`. */
  | {
      readonly kind: 'uniform'
      readonly storage: StorageName
      readonly range?: { readonly min: number; readonly max: number }
      readonly expressed: ExpressedName
      readonly scale: number
      readonly zeroPoint: number
    }

/** `dims` is absent for an unranked tensor; a dynamic dimension is -1; `address` is set after address assignment. */
export type MlirType =
  | { readonly kind: 'none' }
  | { readonly kind: 'tensor'; readonly dims?: readonly number[]; readonly element: MlirElement; readonly address?: number }

/** An integer; a `bigint` only where a number would lose digits. */
export type MlirInteger = number | bigint

/** Integer types of attributes. */
export type IntegerName = 'i64' | 'si64' | 'ui64' | 'i32' | 'si32' | 'ui32' | 'i16' | 'i8' | 'index'

/** The value of an attribute, by kind. */
export type MlirAttribute =
  | { readonly kind: 'int'; readonly type: IntegerName; readonly value: MlirInteger }
  | { readonly kind: 'float'; readonly type: 'f64' | 'f32'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  /** `[1, 2]`, elements of type i64; also the empty array. */
  | { readonly kind: 'ints'; readonly values: readonly MlirInteger[] }
  /** `[1.0, 2.0]`, elements of type f64. */
  | { readonly kind: 'floats'; readonly values: readonly number[] }
  | { readonly kind: 'strings'; readonly values: readonly string[] }
  /** An array of any other elements. */
  | { readonly kind: 'array'; readonly values: readonly MlirAttribute[] }
  | { readonly kind: 'dict'; readonly entries: MlirAttributes }
  /** `#tpu<round_mode HalfUp>`: `name` is the kind of the enumeration. */
  | { readonly kind: 'enum'; readonly name: string; readonly value: string }
  /** `array<i64: 1, 2>` */
  | { readonly kind: 'dense'; readonly type: IntegerName; readonly values: readonly MlirInteger[] }
  | { readonly kind: 'unit' }
  /** Anything else, kept as it was written. */
  | { readonly kind: 'opaque'; readonly text: string }

/** Attributes by name. */
export type MlirAttributes = ReadonlyMap<string, MlirAttribute>

/** The names an operation carries as its location, one per result; `undefined` for `loc(unknown)`. */
export type MlirLocation = readonly string[] | undefined

/** A function argument; `name` is its SSA name without `%`. */
export interface MlirArgument {
  readonly name: string
  readonly type: MlirType
  readonly location: MlirLocation
}

/**
 * One operation in generic form.
 *
 * `results` and `operands` are SSA names without `%`; the k-th result of `%3:2` is `3#k`. `line` is
 * the line of the source text, 0 for an operation that was not read.
 */
export interface MlirOperation {
  readonly name: string
  readonly results: readonly string[]
  readonly operands: readonly string[]
  readonly attributes: MlirAttributes
  readonly operandTypes: readonly MlirType[]
  readonly resultTypes: readonly MlirType[]
  readonly location: MlirLocation
  readonly line: number
}

/**
 * One Top or Tpu text file: a module with the single function `main`.
 *
 * `returns` are SSA names, as many as `resultTypes`.
 */
export interface MlirModule {
  readonly name: string | undefined
  readonly attributes: MlirAttributes
  readonly arguments: readonly MlirArgument[]
  readonly resultTypes: readonly MlirType[]
  readonly operations: readonly MlirOperation[]
  readonly returns: readonly string[]
  /** Whether an empty line ends the file, as in files that the vendor's optimizer wrote. */
  readonly endsWithBlankLine: boolean
}
