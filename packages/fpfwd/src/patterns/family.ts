/**
 * A small graph of operators: what each node is, as `Op(operand, operand)`.
 *
 * - `Silu|LeakyRelu`: one of several operators; `!Conv|Reshape`: none of these; `*`: any; `Input`: an input of the network.
 * - A `Mul`, `Add`, `Sub` or `Div` with a constant of one element is `MulConst`, `AddConst`, `SubConst`, `DivConst` and nothing else.
 * - `Conv+relu`: a Conv that ends in a fused Relu; `Conv-relu`: one that does not.
 * - `MatMul(query~, key~)`: `~` is a way through up to twelve layers that only move elements (Reshape, Transpose, Slice, Split, Squeeze,
 *   Unsqueeze, Gather), or none.
 *
 * Operands are names of other nodes. Those that are not named may be anything, and their order does not count. Different names are
 * different layers. All nodes lead to the last one.
 */
export type SmallGraph = Readonly<Record<string, string>>

/** What a family is known by. */
export interface Sign {
  readonly block: SmallGraph
  /** How often the block is there at least. @default 1 */
  readonly least?: number
  /** How often it is there at most. @default as often as it likes */
  readonly most?: number
  /** What is there besides. @default nothing */
  readonly and?: readonly Sign[]
}

/** Which layers stay in float, wherever the small graph `where` lies in the network. */
export interface KeepRule {
  readonly where: SmallGraph
  /** These nodes of `where`. @default none */
  readonly keep?: readonly string[]
  /** With the nodes of `keep` the layers on the ways (`~`) between them. @default false */
  readonly ways?: boolean
  /** These nodes and all layers behind them. @default none */
  readonly after?: readonly string[]
  /** All layers before these nodes; neither they themselves nor inputs of the network. @default none */
  readonly before?: readonly string[]
  /** What each of these nodes is computed by, back along layers of one operand whose results one layer uses. @default none */
  readonly chainsTo?: readonly string[]
  /** Only the places whose last node no other one's leads to (`first`), or leads to no other one's (`last`). @default all */
  readonly which?: 'first' | 'last'
  /** Nodes whose results only one layer uses. @default none */
  readonly oneUser?: readonly string[]
  /** Nodes whose results no layer of these operators uses. @default none */
  readonly notUsedBy?: Readonly<Record<string, readonly string[]>>
  /** Nodes from which no layer of these operators (`Silu`, `Conv+relu`), or last node of these small graphs, is reached, however far. @default none */
  readonly notLeadingTo?: Readonly<Record<string, readonly (string | SmallGraph)[]>>
  /** Nodes that compute with results of these operators, and constants, alone. @default none */
  readonly onlyFrom?: Readonly<Record<string, readonly string[]>>
  /** The rule holds where the family's block is there so often. @default 1 */
  readonly leastBlocks?: number
  /** The layers stay in the float type with most digits that the chip has, such as F32. @default its usual one */
  readonly widest?: boolean
  /** The rule is no rule of TPU-MLIR; a note for readers. @default false */
  readonly beyondVendor?: boolean
}

/** A family of networks: what it is known by, and the layers of it that stay in float. */
export interface Family {
  readonly name: string
  /** Any one of these is enough. */
  readonly knownBy: readonly Sign[]
  readonly keep: readonly KeepRule[]
}
