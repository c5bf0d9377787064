import type { ChipCompiler } from '../contracts/chip-compiler.ts'
import { QError } from '../errors.ts'
import type { Attrs, Graph, Node, TensorType } from '../graph/types.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** What the text of a chip family means without saying it: attributes for all nodes that have them, or for each node by itself, by its types. */
export type ImpliedAttrs = Attrs | ((node: Node, typeOf: (name: string) => TensorType) => Attrs)

type Tensors = ReadonlyMap<string, Tensor>

/** The codec of a text form for quantized graphs, and of its weights, which the files of a family consist of; `@q/mlir` has that of TPU-MLIR. */
export interface TextCodec {
  /** A quantized graph as text, with the weights that the text names in `weightFile`. */
  write(
    graph: Graph,
    options: { readonly weightFile: string; readonly implied?: ImpliedAttrs },
  ): { readonly text: string; readonly weights: Tensors }
  /** The graph of a text and its weights. @param places names of the two files, for messages */
  read(
    text: string,
    weights: Tensors,
    places: { readonly file: string; readonly weightFile: string; readonly implied?: ImpliedAttrs },
  ): Graph
  /** The bytes of a weight file. */
  encodeWeights(weights: Tensors): Uint8Array
  /** The driver of the compiler that takes the text. @default there is none */
  readonly compiler?: (family: { readonly family: string; readonly container: string; readonly otherwise: string }) => ChipCompiler
}

/** The codec that a back end's factory was given. @param family name of the factory @throws QError `CODEC_MISSING` when it was given none */
export function codecOf(codec: TextCodec | undefined, family: string): TextCodec {
  if (codec !== undefined) return codec
  throw new QError('CODEC_MISSING', 'the files of this family are made of the lowered text form, and there is no codec for it', {
    at: [family],
    found: `${family}() without a codec`,
    wanted: `${family}({ codec })`,
    hint: 'hand in { write: writeTpu, read: readTpu, encodeWeights } of @q/mlir',
    kind: 'usage',
  })
}
