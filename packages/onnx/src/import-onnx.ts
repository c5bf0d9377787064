import type { Diagnostic, Graph } from '@q/ir'
import { canonicalize } from './canonicalize.ts'
import { type DecodeOptions, decodeOnnx } from './decode/decode-onnx.ts'
import { narrowedNumbers } from './decode/narrowed-numbers.ts'
import { onnxOutputNames } from './decode/read-model.ts'

/** How to import an ONNX file. */
export interface ImportOptions extends DecodeOptions {
  /** Told of every output that is left out: it is a constant, and the network has others. */
  readonly leftOut?: (output: string) => void
  /** Told of what a network in float32 computes with less than the file does: doubles and large integers. */
  readonly warn?: (diagnostic: Diagnostic) => void
}

/** An ONNX file as a canonical graph: {@link decodeOnnx}, then {@link canonicalize}; it throws what these throw. */
export async function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): Promise<Graph> {
  const decoded = await decodeOnnx(bytes, options)
  const { leftOut, warn } = options
  if (leftOut !== undefined) {
    const names = options.outputNames ?? onnxOutputNames(bytes, options.place)
    const stored = decoded.outputs.map((name) => decoded.values.get(name)?.constant !== undefined)
    if (stored.includes(false)) for (const [i, isStored] of stored.entries()) if (isStored) leftOut(names[i]!)
  }
  if (warn !== undefined) for (const diagnostic of narrowedNumbers(decoded, options.place ?? 'model')) warn(diagnostic)
  return canonicalize(decoded)
}
