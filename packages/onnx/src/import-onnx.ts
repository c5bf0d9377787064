import type { Graph } from '@q/ir'
import { canonicalize } from './canonicalize.ts'
import { type DecodeOptions, decodeOnnx } from './decode/decode-onnx.ts'

/** An ONNX file as a canonical graph: {@link decodeOnnx}, then {@link canonicalize}; it throws what these throw. */
export async function importOnnx(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Graph> {
  return canonicalize(await decodeOnnx(bytes, options))
}
