import type { Diagnostic } from '../errors.ts'
import type { Graph, Node } from '../graph/types.ts'
import type { LowerContext, LoweredNode } from '../resolve/lower-context.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Artifact, EmitOptions, ModelReader } from './artifact.ts'
import type { ChipCompiler } from './chip-compiler.ts'
import type { Plan } from './strategy.ts'
import type { Target } from './target.ts'

/** Turns a graph into an equivalent one; never changes its argument. */
export interface Pass {
  readonly name: string
  run(graph: Graph): Graph
}

/** What the whole graph is resolved for. */
export interface ResolveSettings {
  /** The mode of layers the plan does not name. */
  readonly mode: QuantMode
  /** INT8 with zero points. */
  readonly asymmetric: boolean
  /** Keep delicate operators in a wider type (`Target.highPrecision`). */
  readonly highPrecision: boolean
}

/** A pass that knows the settings; run on the float graph with ranges, before anything is decided by mode. */
export interface RewritePass {
  readonly name: string
  run(graph: Graph, settings: ResolveSettings): Graph
}

/** A pass over the quantized graph that knows the plan in effect. */
export interface SimplifyPass {
  readonly name: string
  run(graph: Graph, settings: ResolveSettings, plan: Plan): Graph
}

/** Lowers one node of a float graph to nodes of the quantized graph. */
export type LowerOp = (node: Node, context: LowerContext) => LoweredNode

/**
 * A chip family: what it can do (`target`, data), how each operator is lowered, and its files.
 *
 * `lower` is looked up by operator form (`Mul#constant`), then by operator.
 *
 * `emit` names and makes all files of the family. What it needs for that, such as the codec of a text form, is an option of the family's factory.
 * Two optional members belong to the files: `reader` reads model files back (absent: none can be run here), `compiler`
 * drives the chip's own compiler (absent: the files are all there is).
 *
 * Four optional members, each a last resort:
 * `prepare` are passes wanted before the float graph is frozen (absent: none);
 * `rewrite` are passes that need calibrated ranges (absent: none);
 * `simplify` are passes over the quantized graph (absent: none);
 * `restrict` says why a node cannot have a mode where data cannot say it (absent: everything in `target.ops` goes).
 */
export interface Backend {
  readonly name: string
  readonly target: Target
  readonly lower: Readonly<Record<string, LowerOp>>
  emit(graph: Graph, options: EmitOptions): Artifact
  readonly reader?: ModelReader
  readonly compiler?: ChipCompiler
  readonly prepare?: readonly Pass[]
  readonly rewrite?: readonly RewritePass[]
  readonly simplify?: readonly SimplifyPass[]
  restrict?(node: Node, mode: QuantMode, graph: Graph, plan: Plan): Diagnostic | undefined
}

/** Makes a back end; options are validated on entry. */
export type BackendFactory<Options = Record<never, never>> = (options?: Options) => Backend
