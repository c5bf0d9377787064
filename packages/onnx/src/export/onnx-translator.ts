import type { Graph, Node, Tensor, TensorType } from '@q/ir'
import { encodeModel } from '../encode/encode-model.ts'
import { onnxDomains, onnxOpset } from '../signature/written-ops.ts'
import { fromCarrier, toCarrier } from './onnx/carriers.ts'
import type { OnnxBuilder } from './onnx/onnx-builder.ts'
import { onnxBuilder } from './onnx/onnx-builder.ts'
import { handsOnLooseCodes } from './translate/loose-codes.ts'
import type { PartDraft, PartOptions } from './translate-part.ts'
import { draftPart } from './translate-part.ts'

/** Writes nodes of a graph, float and quantized, as models of standard ONNX operators. */
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
  builder(): OnnxBuilder
  /** A model as the bytes of a file. */
  encode(model: Graph): Uint8Array
  /** A tensor of a graph in the element type that carries it in a model. */
  toCarrier(tensor: Tensor): Tensor
  /** A carried tensor in the type that the graph declares. */
  fromCarrier(carried: Tensor, type: TensorType): Tensor
}

/** What an executor on an ONNX runtime is handed: `createOrtExecutor({ ort, onnx: onnxTranslator })`. */
export const onnxTranslator: OnnxTranslator = {
  draftPart,
  handsOnLooseCodes,
  builder: onnxBuilder,
  encode: (model) => encodeModel(model, { opset: onnxOpset, domains: onnxDomains }),
  toCarrier,
  fromCarrier,
}
