import type { Diagnostic } from '../errors.ts'
import type { Attrs, Graph, Node, TensorType, Value } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'

/** What a lowering function may ask and do. */
export interface LowerContext {
  /** The float graph with ranges. */
  readonly graph: Graph
  /** The mode this node is lowered in (after the target's own substitutions). */
  readonly mode: QuantMode
  readonly asymmetric: boolean
  /** The float type and range of a value. */
  typeOf(name: string): TensorType
  /** The codes' type of a value in INT8: its scale and zero point from its range. @throws QError `RANGE_MISSING` */
  quantizedType(name: string): TensorType
  constantOf(name: string): Value['constant']
  /** Attributes with defaults filled in. */
  attrs(node: Node): Attrs
  report(diagnostic: Diagnostic): void
}

/** The nodes and constants that replace one float node; the last node makes the result of the float node. */
export interface LoweredNode {
  readonly nodes: readonly Node[]
  /** Types of the results of `nodes` and the new constants. */
  readonly values: readonly Value[]
  /** Element types its operands must arrive in, by operand; an operand not named must have the type of the first result. */
  readonly operands?: ReadonlyMap<string, TensorType | 'any'>
}
