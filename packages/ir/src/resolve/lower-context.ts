import type { ResolveSettings } from '../contracts/backend.ts'
import type { Plan } from '../contracts/strategy.ts'
import type { Target } from '../contracts/target.ts'
import type { Diagnostic } from '../errors.ts'
import type { Attrs, Graph, Node, TensorType, Value } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { DType, Tensor } from '../tensor/tensor.ts'

/** What a lowering function may ask. */
export interface LowerContext extends ResolveSettings {
  /** The float graph with ranges, after the back end's rewrites. */
  readonly graph: Graph
  readonly target: Target
  /** The plan in effect. */
  readonly plan: Plan
  /** The mode this node is lowered in (after the target's own substitutions). */
  readonly mode: QuantMode
  /** The same questions with the node in another mode, for operators that fall back. */
  in(mode: QuantMode): LowerContext
  /** The float type and range of a value. */
  typeOf(name: string): TensorType
  /** The type of a value's codes in INT8: scale and zero point from its range. @throws QError `RANGE_MISSING` */
  quantizedType(name: string): TensorType
  /** The elements of a constant; absent for computed values. */
  constantOf(name: string | undefined): Tensor | undefined
  /** How many operands a value is, over all nodes. */
  useCount(name: string): number
  /** The nodes that use a value. */
  consumers(name: string): readonly Node[]
  /** The node that makes a value. */
  producer(name: string): Node | undefined
  /** Attributes with defaults filled in. */
  attrs(node: Node): Attrs
}

/**
 * What an operand must arrive as: `any`, `codes` (a quantized integer tensor; a float one is quantized by its own range), or
 * an element type.
 */
export type OperandNeed = 'any' | 'codes' | DType

/** The nodes and constants that replace one float node. */
export interface LoweredNode {
  readonly nodes: readonly Node[]
  /** Types of the results of all nodes, and the new constants. */
  readonly values: readonly Value[]
  /** Nodes that stand right behind the value they read, wherever that is. @default none */
  readonly hoisted?: readonly Node[]
  /** Needs by operand; an operand not named must arrive as codes or as the float type of the first result of its user. */
  readonly operands?: ReadonlyMap<string, OperandNeed>
  /** New names of results of the float node. @default results keep their names */
  readonly renamed?: ReadonlyMap<string, string>
  readonly diagnostics?: readonly Diagnostic[]
}

/** Shorthand of most lowerings: one node, its constants, its result types. */
export function loweredTo(node: Node, values: readonly Value[], more: Partial<LoweredNode> = {}): LoweredNode {
  return { nodes: [node], values, ...more }
}
