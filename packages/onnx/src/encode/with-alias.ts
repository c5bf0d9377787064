import proto from 'onnx-proto'

/**
 * A file whose network hands out a tensor under another name, and not under its own, for a runtime that cannot fetch it by that.
 *
 * @param tensor a tensor of the main graph
 * @param alias the name of no tensor
 */
export function withOnnxAlias(bytes: Uint8Array, tensor: string, alias: string): Uint8Array {
  const model = proto.onnx.ModelProto.decode(bytes)
  const { node, output, ...graph } = model.graph ?? {}
  const others = (output ?? []).map((each) => (each.name === tensor ? { ...each, name: alias } : each))
  const aliased = others.some(({ name }) => name === alias) ? others : [...others, { name: alias }]
  const identity = { opType: 'Identity', name: alias, input: [tensor], output: [alias] }
  return proto.onnx.ModelProto.encode({ ...model, graph: { ...graph, node: [...(node ?? []), identity], output: aliased } }).finish()
}
