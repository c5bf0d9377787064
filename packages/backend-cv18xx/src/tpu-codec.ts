import { type Attrs, type ChipCompiler, type Graph, type Node, QError, type Tensor, type TensorType } from '@q/ir'

/** Attributes of a node that a text means without saying them, by the node as it is read and the types of values. */
export type ImpliedAttrs = (node: Node, typeOf: (name: string) => TensorType) => Attrs

type Tensors = ReadonlyMap<string, Tensor>

/** The codec of the lowered text form and its weights, which this family's files consist of; `@q/mlir` has one. */
export interface TpuCodec {
  /** A quantized graph as text, with the weights that the text names in `weightFile`. */
  write(
    graph: Graph,
    options: { readonly weightFile: string; readonly implied: ImpliedAttrs },
  ): { readonly text: string; readonly weights: Tensors }
  /** The graph of a text and its weights. @param places names of the two files, for messages */
  read(
    text: string,
    weights: Tensors,
    places: { readonly file: string; readonly weightFile: string; readonly implied: ImpliedAttrs },
  ): Graph
  /** The bytes of a weight file. */
  encodeWeights(weights: Tensors): Uint8Array
  /** The driver of the compiler that takes the text. @default there is none */
  readonly compiler?: (family: { readonly family: string; readonly container: string; readonly otherwise: string }) => ChipCompiler
}

/** The codec, where the factory was given one. @throws QError `CODEC_MISSING` */
export function codecOf(codec: TpuCodec | undefined): TpuCodec {
  if (codec !== undefined) return codec
  throw new QError('CODEC_MISSING', 'the files of this family are made of the lowered text form, and there is no codec for it', {
    at: ['cv18xx'],
    found: 'cv18xx() without a codec',
    wanted: 'cv18xx({ codec })',
    hint: 'hand in { write: writeTpu, read: readTpu, encodeWeights } of @q/mlir',
    kind: 'usage',
  })
}
