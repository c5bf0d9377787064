import type { DType } from '@q/ir'

/** A container of the family as it describes itself: the vendor's, or ours. */
export interface Cvimodel {
  /** The chip it is for, `cv181x`. */
  readonly chip: string
  /** Name of the network. */
  readonly name: string
  /** Version of the format, `1.4.0`. */
  readonly version: string
  /** When it was made, `2026-06-05 07:08:09`. */
  readonly time: string
  /** What made it. */
  readonly maker: string
  /** Whether its bytes are those of its digest; absent where it has none, as what the vendor's tool joined. */
  readonly isIntact?: boolean
  /** How many bytes stand behind all that it describes, which no digest covers. */
  readonly bytesBehind: number
  readonly sections: readonly CvimodelSection[]
  readonly weights: readonly CvimodelWeight[]
  readonly programs: readonly CvimodelProgram[]
}

/** A part of the file: weights, chip commands, functions of the host. */
export interface CvimodelSection {
  /** `weight`, `cmdbuf`, `dmabuf`, `x86_64`, `aarch64`; a kind that is not known by its number. */
  readonly kind: string
  readonly name: string
  /** Where it begins, from the end of the tables. */
  readonly offset: number
  readonly bytes: Uint8Array
  readonly isEncrypted: boolean
  readonly isCompressed: boolean
}

/** A weight: where it lies in the section of weights, and its bytes as stored. */
export interface CvimodelWeight {
  readonly name: string
  readonly dtype: DType
  /** Four extents, as always in this format. */
  readonly shape: readonly number[]
  readonly offset: number
  readonly bytes: Uint8Array
}

/** The memories that tensors lie in; `io` has one buffer for each tensor, `host` is no chip memory. */
export type CvimodelMemory = 'shared' | 'weight' | 'private' | 'io' | 'host'

/** A tensor of a program. */
export interface CvimodelTensor {
  readonly name: string
  readonly dtype: DType
  /** Four extents, as always in this format. */
  readonly shape: readonly number[]
  readonly memory: CvimodelMemory
  /** Where it lies in its memory. */
  readonly offset: number
  /** Bytes it takes; 0 where the file does not say. */
  readonly size: number
  /**
   * How its codes stand for numbers; absent where the file does not say. Of an input of the network `qscale` is the factor from numbers to
   * codes, of every other tensor from codes to numbers.
   */
  readonly quant?: { readonly qscale: number; readonly zeroPoint: number }
  /** How pictures are laid out, `BGR_PLANAR`, for an input whose preprocessing is part of the program. */
  readonly pixelFormat?: string
}

/** One step of a program: commands for the chip, or a function of the host. */
export interface CvimodelRoutine {
  readonly runs: 'tpu' | 'cpu'
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** The section of the commands, or the name of the function. */
  readonly code: string
}

/** What is run. */
export interface CvimodelProgram {
  readonly batch: number
  /** Bytes of the memory that tensors of one program share; of that which it has to itself. */
  readonly sharedBytes: number
  readonly privateBytes: number
  /** Bytes of both, in files older than version 1.1. */
  readonly neuronBytes: number
  readonly inputs: readonly CvimodelTensor[]
  readonly outputs: readonly CvimodelTensor[]
  readonly tensors: readonly CvimodelTensor[]
  readonly routines: readonly CvimodelRoutine[]
}
