import type { ResolveSettings } from '../contracts/backend.ts'
import type { IntegerScheme, Scheme } from '../contracts/scheme.ts'
import type { Target } from '../contracts/target.ts'
import type { Diagnostic } from '../errors.ts'
import type { Attrs, Node, TensorType, Value } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { DType, Tensor } from '../tensor/tensor.ts'

/** A node beside the one that is lowered: it makes an operand or uses a result. */
export interface Neighbour {
  readonly node: Node
  /** The mode it is lowered in. */
  readonly mode: QuantMode
  /** Its entry in the plan in effect; absent when it has the mode of the graph. */
  readonly planned?: QuantMode
}

/**
 * What a lowering function may ask: about its node, the operands and results of it and the layers it comes from, and about the nodes right beside it.
 * A question about anything else is a defect of the back end and throws.
 */
export interface LowerContext extends ResolveSettings {
  readonly target: Target
  /** The mode this node is lowered in (after the target's own substitutions). */
  readonly mode: QuantMode
  /** What this mode stores and how it rounds results of this operator. */
  readonly scheme: Scheme
  /** The same where the mode computes on codes; asking in a float mode is a defect of the back end. */
  readonly integers: IntegerScheme
  /** What `Backend.facts` says of this layer. */
  readonly facts: Attrs
  /** The same questions with the node in another mode, for operators that fall back. */
  in(mode: QuantMode): LowerContext
  /** The float type and range of an operand or a result; of a layer the node comes from, with the range as the table has it. */
  typeOf(name: string): TensorType
  /** The type of such a value's codes in this mode: scale and zero point from its range. @throws QError `RANGE_MISSING`, `CONSTANT_OPERAND` */
  quantizedType(name: string): TensorType
  /** The elements of a constant operand; absent for computed values. */
  constantOf(name: string | undefined): Tensor | undefined
  /** How many operands a value is, over all nodes; being an output of the graph counts once. */
  useCount(name: string): number
  /** The nodes that use a result. */
  consumers(name: string): readonly Neighbour[]
  /** The node that makes an operand; absent for inputs and constants. */
  producer(name: string): Neighbour | undefined
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
