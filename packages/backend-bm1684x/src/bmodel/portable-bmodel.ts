import type { DType } from '@q/ir'

/** A network input or output as the container describes it. */
export interface PortableTensor {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
}

/** A weight: its bytes as stored (little-endian, C order). */
export interface PortableWeight {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * What a portable container holds: a quantized network as text, and its weights.
 *
 * It is a well-formed `.bmodel` that every tool of the vendor can list, but it carries no chip instructions: the
 * program sits in the parameter of one CPU routine that only this project's runner knows.
 */
export interface PortableBmodel {
  /** Chip name as containers spell it, upper case. */
  readonly chip: string
  /** Name of the network. */
  readonly name: string
  /** The lowered network, Tpu dialect text. */
  readonly program: string
  readonly inputs: readonly PortableTensor[]
  readonly outputs: readonly PortableTensor[]
  readonly weights: readonly PortableWeight[]
}

/** Custom CPU routines have numbers from here on; the first one marks a portable program. */
export const portableOpType = 10000

/** Numbers of element types in containers. */
export const dataTypes: Readonly<Partial<Record<DType, number>>> = {
  f32: 0,
  f16: 1,
  i8: 2,
  u8: 3,
  i16: 4,
  u16: 5,
  i32: 6,
  u32: 7,
  bf16: 8,
}
