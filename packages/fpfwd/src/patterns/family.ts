/**
 * A small graph of operators: what each node is, as `Op(operand, operand)`.
 *
 * `Op` may be several, `Silu|LeakyRelu`; `Conv+relu` is a Conv that ends in a fused Relu. An operand is the name of another node of the
 * small graph; operands that are not named may be anything, and the order of operands does not count.
 */
export type SmallGraph = Readonly<Record<string, string>>

/** Which layers stay in float: all behind the node `after` and itself, wherever the small graph `where` lies in the network. */
export interface KeepRule {
  readonly where: SmallGraph
  /** The node of `where` that begins the tail. */
  readonly after: string
  /** Nodes of `where` whose results only one layer uses. @default none */
  readonly oneUser?: readonly string[]
  /** Nodes of `where` whose results no layer of these operators uses. @default none */
  readonly notUsedBy?: Readonly<Record<string, readonly string[]>>
  /** The rule is no rule of TPU-MLIR, and left out where its layers are wanted. @default false */
  readonly beyondVendor?: boolean
}

/** A family of networks: the block it is known by, and the layers of it that stay in float. */
export interface Family {
  readonly name: string
  readonly block: SmallGraph
  readonly keep: readonly KeepRule[]
}
