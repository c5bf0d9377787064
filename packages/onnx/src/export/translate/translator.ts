import type { Attrs, Graph, Node, TensorType, Value } from '@q/ir'
import type { KernelForms } from '../kernel-forms.ts'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'

/** How results may differ from the operators' definitions: not at all, or by one step of the result's type. */
export type Precision = 'exact' | 'fast'

/** What a translation works with. */
export interface Translation {
  readonly build: OnnxBuilder
  readonly graph: Graph
  readonly precision: Precision
  readonly kernels: KernelForms
  /** Whether `QLinearConv` is known to round the product of a sum and its factor in float32, ties to even. */
  readonly fusesInFloat32: boolean
  /** Whether norms, Sigmoid and a linear Resize are the operators that ONNX has for them, which the runtime computes in an order, and by a formula, of its own. */
  readonly keepsOperators: boolean
  /** The value being built for a value of the graph; constants appear when first asked for. */
  carried(name: string): string
  typeOf(name: string): TensorType
  valueOf(name: string): Value
  /** Attributes with defaults filled in. */
  attrs(node: Node): Attrs
}

/**
 * Writes one node in standard ONNX operators.
 *
 * @returns the built values that carry the results, in order; `undefined` when the node cannot be written so
 */
export type Translate = (node: Node, translation: Translation) => readonly string[] | undefined
