import type { Plan } from '../contracts/strategy.ts'
import type { Diagnostic } from '../errors.ts'
import type { Graph, Node } from '../graph/types.ts'

/** A graph as a chip runs it. */
export interface Resolved {
  /** The quantized graph. */
  readonly graph: Graph
  /** The plan in effect: the caller's entries and those the target added. */
  readonly plan: Plan
  readonly diagnostics: readonly Diagnostic[]
  /**
   * The nodes of the quantized graph by the layer in whose place they stand, in graph order: those the layer was lowered to, those that later layers put behind
   * what it makes, and casts of what it makes, whoever uses them. Layers are those of the float graph after the back end's rewrites, and the inputs.
   */
  readonly layers: ReadonlyMap<string, readonly Node[]>
  /**
   * The key of a value of the graph: a digest of everything that decides its elements, and nothing else. Two values with equal keys are equal for equal
   * inputs, in whichever graphs they are. It costs what is not keyed yet: the value's own ancestors, where no result asked before shares them.
   *
   * @throws QError `VALUE_UNKNOWN`
   */
  keyOf(name: string): string
  /** The values that nodes make, in graph order, with their keys. */
  keys(): Iterable<readonly [name: string, key: string]>
  /**
   * The layers whose nodes ({@link layers}) are not those of another result of the same resolver, in graph order: exactly those where a node, the type of a value that
   * they make, or the elements of a constant that they read are others. A cast belongs to the layer that makes what it casts, not to the one that uses it: where a layer gets another
   * mode, the makers of its operands are named with it if they are cast for it now, or no longer, or otherwise.
   *
   * @throws QError `RESULT_OTHER` for a result of another resolver, or a copy
   */
  changedSince(other: Resolved): readonly string[]
}
