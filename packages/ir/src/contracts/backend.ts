import type { Diagnostic } from '../errors.ts'
import type { Graph, Node } from '../graph/types.ts'
import type { LowerContext, LoweredNode } from '../resolve/lower-context.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Plan } from './strategy.ts'
import type { Target } from './target.ts'

/** Turns a graph into an equivalent one; never changes its argument. */
export interface Pass {
  readonly name: string
  run(graph: Graph): Graph
}

/** Lowers one node of a float graph to nodes of the quantized graph. */
export type LowerOp = (node: Node, context: LowerContext) => LoweredNode

/** Named bytes. */
export interface Artifact {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly diagnostics: readonly Diagnostic[]
}

/** What an emitter is given beside the quantized graph. */
export interface EmitOptions {
  /** Stem of the file names. */
  readonly name: string
  /** Text files of the quantized graph, made by the caller's codec, to be carried inside a container. */
  readonly attachments?: ReadonlyMap<string, Uint8Array>
  /** Seconds since 1970 written as the time of creation. */
  readonly time: number
}

/**
 * A chip family: what it can do (`target`, data), how each operator is lowered, and its files.
 *
 * Three optional members, each a last resort:
 * `prepare` are passes wanted before the float graph is frozen (absent: none);
 * `rewrite` are passes that need calibrated ranges (absent: none);
 * `restrict` says why a node cannot have a mode where data cannot say it (absent: everything in `target.ops` goes).
 */
export interface Backend {
  readonly name: string
  readonly target: Target
  readonly lower: Readonly<Record<string, LowerOp>>
  emit(graph: Graph, options: EmitOptions): Artifact
  readonly prepare?: readonly Pass[]
  readonly rewrite?: readonly Pass[]
  restrict?(node: Node, mode: QuantMode, graph: Graph, plan: Plan): Diagnostic | undefined
}

/** Makes a back end; options are validated on entry. */
export type BackendFactory<Options = Record<never, never>> = (options?: Options) => Backend
