import type { Diagnostic } from '../errors.ts'
import type { Attrs, Graph, Node } from '../graph/types.ts'
import type { LowerContext, LoweredNode } from '../resolve/lower-context.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Artifact, ArtifactNames, EmitOptions, FileNaming, ModelReader } from './artifact.ts'
import type { ChipCompiler } from './chip-compiler.ts'
import type { PictureInputs } from './picture.ts'
import type { Plan } from './strategy.ts'
import type { Target } from './target.ts'

/** What the whole graph is resolved for. */
export interface ResolveSettings {
  /** The mode of layers the plan does not name. */
  readonly mode: QuantMode
  /** INT8 with zero points. */
  readonly asymmetric: boolean
  /** Keep delicate operators in a wider type (`Target.highPrecision`). */
  readonly highPrecision: boolean
}

/**
 * A pass that knows the settings; run once on the float graph, before anything is decided by mode.
 *
 * It decides by structure and constants only, never by a range, which may differ from plan to plan (while it runs every computed value has one, a placeholder where
 * the table has none). A value it makes takes over the type of the value it stands for, the very range object with it: it then has that value's range in every plan.
 */
export interface RewritePass {
  readonly name: string
  /**
   * The mode of layers that the pass makes, and the float graph does not have: the one a quantize table has for the layer they come from (`inherited`, which is
   * usual), or that of the whole network unless the table has their own names (`own`).
   */
  readonly entries?: 'inherited' | 'own'
  run(graph: Graph, settings: ResolveSettings): Graph
}

/**
 * A pass over the quantized graph that knows the plan in effect.
 *
 * It is run on parts of the graph, around the nodes it starts from: `ops` are the operators of these. From there it may look at (and replace) the
 * nodes that make their operands, and further back through operators that are in `ops` or casts; at how often a value is used (of more than eight users outside of the part, eight are there); and at the
 * plan's entries for these layers. Where no node of the part is in `ops`, it is not run. It may redirect the users of a value that is no output of the graph.
 */
export interface SimplifyPass {
  readonly name: string
  readonly ops: readonly string[]
  run(graph: Graph, settings: ResolveSettings, plan: Plan): Graph
}

/** Lowers one node of a float graph to nodes of the quantized graph. */
export type LowerOp = (node: Node, context: LowerContext) => LoweredNode

/** Why a layer cannot have a mode. It is an error, whatever `level` it may bring along. */
export type Refusal = Pick<Diagnostic, 'code' | 'message' | 'at'> & { readonly level?: string }

/** Facts about layers that a lowering cannot see from its node and its neighbours, by layer name; they enter the keys of what is lowered. */
export type LayerFacts = ReadonlyMap<string, Attrs>

/**
 * A chip family: what it can do (`target`, data), how each operator is lowered, and its files.
 *
 * `lower` is looked up by operator form (`Mul#constant`), then by operator.
 *
 * `emit` names and makes all files of the family. What it needs for that, such as the codec of a text form, is an option of the family's factory.
 * Three optional members belong to the files: `fileNames` tells what `emit` will call them, so that a name that is taken is refused before the long work and not after it
 * (absent: they are known when they are made); `reader` reads model files back (absent: none can be run here), `compiler`
 * drives the chip's own compiler (absent: the files are all there is).
 *
 * `planFile` writes a plan as the family's own tools take it, for who goes on with these (absent: the quantization table is all there is).
 *
 * `withMeans` gives a float graph what samples showed of it beside ranges: the means of channels, for lowerings that make up for what rounded weights take from sums;
 * it keeps nodes, values and their names (absent: ranges are all that counts).
 *
 * `takePictures` makes of a quantized graph the one whose inputs take pictures themselves, in a form that `target.pictures` lists (absent: networks take numbers).
 *
 * Four optional members, each a last resort:
 * `rewrite` are passes over the float graph with its ranges (absent: none);
 * `facts` tells of the whole rewritten graph what lowerings need of it beyond their neighbours, once, from structure and constants (absent: nothing);
 * `simplify` are passes over the quantized graph (absent: none);
 * `restrict` says why a node cannot have a mode where data cannot say it, seeing what its lowering would see: what it returns refuses the layer, by that code and message (absent: everything in `target.ops` goes).
 */
export interface Backend {
  readonly name: string
  readonly target: Target
  readonly lower: Readonly<Record<string, LowerOp>>
  emit(graph: Graph, options: EmitOptions): Artifact
  fileNames?(network: FileNaming, options: Pick<EmitOptions, 'name' | 'model' | 'planned' | 'compiling'>): ArtifactNames
  planFile?(graph: Graph, plan: Plan, name: string): PlanFile
  withMeans?(graph: Graph, means: ChannelMeans): Graph
  takePictures?(graph: Graph, pictures: PictureInputs): Graph
  readonly reader?: ModelReader
  readonly compiler?: ChipCompiler
  readonly rewrite?: readonly RewritePass[]
  readonly simplify?: readonly SimplifyPass[]
  facts?(graph: Graph): LayerFacts
  restrict?(node: Node, context: LowerContext): Refusal | undefined
}

/** Means over samples of the channels (axis 1; the last axis of what has not four) of what layers with weights read, by value. */
export type ChannelMeans = ReadonlyMap<string, Float64Array>

/** A file with the modes of single layers, in the form of a family's own tools. */
export interface PlanFile {
  /** A plain name. */
  readonly name: string
  readonly text: string
}

/** Makes a back end; options are validated on entry. */
export type BackendFactory<Options = Record<never, never>> = (options?: Options) => Backend
