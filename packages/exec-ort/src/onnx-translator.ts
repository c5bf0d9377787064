import type { Attrs, DType, Graph, Node, Tensor, TensorType } from '@q/ir'
import type { KernelForms } from './kernel-forms.ts'

/** How results may differ from the operators' definitions: not at all, or by one step of the result's type. */
export type Precision = 'exact' | 'fast'

/** Consecutive nodes as one model of standard ONNX operators. */
export interface TranslatedPart {
  readonly model: Graph
  /** Values of the graph that are fed, and the model's inputs that carry them. */
  readonly feeds: ReadonlyMap<string, string>
  /** Values of the graph that can be fetched, and the model's values that carry them. */
  readonly fetches: ReadonlyMap<string, string>
  /** For each node of the model, the node of the graph that it was written for; `undefined` for copies that make results. */
  readonly sources: readonly (Node | undefined)[]
}

/** What a translation may take for granted. */
export interface PartOptions {
  readonly precision: Precision
  /** Storage of weights. */
  readonly kernels: KernelForms
  /**
   * Whether `QLinearConv` is known to round the product of an int32 sum and its factor in float32, ties to even: then `exact` may take it where its codes are proven.
   * @default false
   */
  readonly fusesInFloat32?: boolean
}

/** A part that grows node by node. */
export interface PartDraft {
  /** Translates a node behind those before it. @returns whether it could be; if not, the draft is as it was */
  add(node: Node): boolean
  /** @param fetches values wanted from the part */
  finish(fetches: readonly string[]): TranslatedPart
}

/** Builds a model of standard ONNX operators; value names are made here. */
export interface ModelBuilder {
  /** A model input. */
  input(type: { readonly dtype: DType; readonly shape: readonly number[] }): string
  /** A constant. */
  constant(tensor: Tensor): string
  /** A constant of one element, or a list along one axis. */
  numbers(dtype: DType, values: number | readonly number[], shape?: readonly number[]): string
  /** One node with one result. @returns the result's name */
  node(
    op: string,
    inputs: readonly (string | undefined)[],
    type: { readonly dtype: DType; readonly shape: readonly number[] },
    attrs?: Attrs,
  ): string
  /** `Cast`. */
  cast(x: string, to: DType): string
  typeOf(name: string): { readonly dtype: DType; readonly shape: readonly number[] }
  build(name: string, outputs: readonly string[]): Graph
}

/** Writes nodes of a graph as ONNX models; `onnxTranslator` of `@q/onnx` does. */
export interface OnnxTranslator {
  /** Begins a part of a graph. */
  draftPart(graph: Graph, options: PartOptions): PartDraft
  /**
   * Whether results of a node, typed as codes, may hold numbers that their type does not, which no model carries.
   *
   * @param typeOf the type of a value of the graph
   * @param loose values among its operands that may
   */
  handsOnLooseCodes(node: Node, typeOf: (name: string) => TensorType, loose: ReadonlySet<string>): boolean
  /** An empty model. */
  builder(): ModelBuilder
  /** A model as the bytes of a file. */
  encode(model: Graph): Uint8Array
  /** A tensor of a graph in the element type that carries it in a model. */
  toCarrier(tensor: Tensor): Tensor
  /** A carried tensor in the type that the graph declares. */
  fromCarrier(carried: Tensor, type: TensorType): Tensor
}
