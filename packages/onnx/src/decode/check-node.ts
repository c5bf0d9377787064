import type proto from 'onnx-proto'
import type { Signature } from '../signature/signature.ts'
import { checkAttributes } from './check-attributes.ts'
import { checkOperands, checkTypes, type NodeNames } from './check-operands.ts'
import { checkVersion } from './check-version.ts'

/** Refuses a node that is not as ONNX says its operator is in this version of the operator set. @throws QError `ONNX_BAD_NODE`, `ONNX_UNSUPPORTED` */
export function checkNode(
  source: proto.onnx.INodeProto,
  signature: Signature,
  names: NodeNames,
  opset: number,
  at: readonly string[],
): void {
  // Versions of other domains are counted by themselves.
  if ((source.domain ?? '') === '' || source.domain === 'ai.onnx') checkVersion(signature, opset, at)
  checkOperands(signature, names, opset, at)
  checkAttributes(source, signature, opset, at)
  checkTypes(signature, names, opset, at)
}
