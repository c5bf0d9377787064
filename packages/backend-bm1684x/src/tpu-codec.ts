import type { ChipCompiler, Graph, Tensor } from '@q/ir'
import { QError } from '@q/ir'

type Tensors = ReadonlyMap<string, Tensor>

/** The codec of the lowered text form and its weights, which this family's files consist of; `@q/mlir` has one. */
export interface TpuCodec {
  /** A quantized graph as text, with the weights that the text names in `weightFile`. */
  write(graph: Graph, options: { readonly weightFile: string }): { readonly text: string; readonly weights: Tensors }
  /** The graph of a text and its weights. @param places names of the two files, for messages */
  read(text: string, weights: Tensors, places: { readonly file: string; readonly weightFile: string }): Graph
  /** The bytes of a weight file. */
  encodeWeights(weights: Tensors): Uint8Array
  /** The driver of the compiler that takes the text. @default there is none */
  readonly compiler?: (family: { readonly family: string; readonly container: string; readonly otherwise: string }) => ChipCompiler
}

/** The codec, where the factory was given one. @throws QError `CODEC_MISSING` */
export function codecOf(codec: TpuCodec | undefined): TpuCodec {
  if (codec !== undefined) return codec
  throw new QError('CODEC_MISSING', 'the files of this family are made of the lowered text form, and there is no codec for it', {
    at: ['bm1684x'],
    found: 'bm1684x() without a codec',
    wanted: 'bm1684x({ codec })',
    hint: 'hand in { write: writeTpu, read: readTpu, encodeWeights } of @q/mlir',
    kind: 'usage',
  })
}
