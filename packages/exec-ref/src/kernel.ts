import type { Attrs, Node, TensorData, TensorType } from '@q/ir'
import type { Bf16Style } from '@q/ir/number'

/**
 * The elements of a tensor while a graph runs, as numbers: codes in the array of their element type, floats of every
 * width in a `Float32Array` (16-bit ones hold numbers that such a float can hold), 64-bit types in a `Float64Array`.
 *
 * A `Float32Array` also stands for codes when a result has numbers its integer type cannot hold.
 */
export type Numbers = Exclude<TensorData, BigInt64Array | BigUint64Array>

/** An operand at hand: its declared type and its elements, which a kernel must not change. */
export interface Operand {
  readonly type: TensorType
  readonly data: Numbers
  /** The elements of a 64-bit integer tensor that has some beyond 2^53, which `data` holds rounded. */
  readonly exact?: BigInt64Array | BigUint64Array
}

/** Everything a kernel is told about the node it computes. */
export interface KernelCall {
  readonly node: Node
  /** Attributes with defaults filled in. */
  readonly attrs: Attrs
  /** Operands in the order of the operator's definition. */
  readonly inputs: readonly (Operand | undefined)[]
  /** Declared types of the results, in order. */
  readonly results: readonly TensorType[]
  /** How the node makes bfloat16 numbers. */
  readonly bf16: Bf16Style
}

/** Computes one node: the elements of each result, in order. A result may be an operand's own array. */
export type Kernel = (call: KernelCall) => readonly Numbers[]
