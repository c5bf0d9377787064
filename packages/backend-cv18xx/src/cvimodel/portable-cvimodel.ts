import type { DType } from '@q/ir'

/** A network input or output as the container describes it. */
export interface PortableTensor {
  readonly name: string
  readonly dtype: DType
  /** Four extents when it is read: shorter shapes end in ones, of longer ones the last extents are multiplied. */
  readonly shape: readonly number[]
  /** How codes stand for numbers: `number = (code - zeroPoint) * scale`. @default plain numbers */
  readonly quant?: { readonly scale: number; readonly zeroPoint: number }
}

/** A weight: its bytes as stored (little-endian, C order). */
export interface PortableWeight {
  readonly name: string
  /** An element type that the format does not have is read back as bytes, `u8`. */
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/**
 * What a portable container holds: a quantized network as text, and its weights.
 *
 * It is a well-formed `.cvimodel` that every tool of the vendor can list, but it carries no chip commands: the program stands among the weights, under
 * a name of its own, and the one routine that would run it is a function that no runtime has. A board therefore refuses to load it.
 */
export interface PortableCvimodel {
  /** The chip it is for, `cv181x`. */
  readonly chip: string
  /** Name of the network. */
  readonly name: string
  /** The lowered network, Tpu dialect text. */
  readonly program: string
  readonly inputs: readonly PortableTensor[]
  readonly outputs: readonly PortableTensor[]
  readonly weights: readonly PortableWeight[]
}

/** The name under which the program stands, behind all weights. */
export const programName = '__qgraph__'
/** The function of the host that would run it. */
export const routineName = 'q_portable_program'
/** What a portable container says of its origin where others name their compiler. */
export const maker = 'q: portable, without chip commands'
