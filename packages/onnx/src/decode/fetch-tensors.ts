import type { Graph } from '@q/ir'
import proto from 'onnx-proto'
import { lastSteps } from '../net/last-steps.ts'
import { readModel } from './read-model.ts'

/** Operators that a layer before them takes in where their other operands are constants: the layer keeps the name it had. */
const takenIn: ReadonlySet<string> = new Set(['BatchNormalization', 'Add', 'Sub', 'Mul', 'Div'])

/**
 * The tensors of a file by the layers that are named after them, `<tensor>_<operator>`: what a layer of the canonical graph has to be equal to, where it has such a name.
 * Behind the tensor itself stand those that the layer makes where it takes in what follows, such as a normalization.
 *
 * @param graph what was imported: of an operator that is several layers in it, the last has the tensor. Absent: every operator is taken to be one
 * @throws QError `ONNX_NOT_A_MODEL`, `ONNX_NO_GRAPH`
 */
export function onnxLayerTensors(bytes: Uint8Array, place = 'model', graph?: Graph): ReadonlyMap<string, readonly string[]> {
  const { node: nodes = [], initializer } = readModel(bytes, place).graph
  const computed = new Set((nodes ?? []).filter(({ opType }) => opType !== 'Constant').flatMap(({ output }) => output ?? []))
  for (const { name } of initializer ?? []) computed.delete(name ?? '')
  const users = new Map<string, proto.onnx.INodeProto[]>()
  for (const node of nodes ?? [])
    for (const name of new Set(node.input ?? [])) {
      const known = users.get(name)
      if (known === undefined) users.set(name, [node])
      else known.push(node)
    }
  const following = (name: string): readonly string[] => {
    const [user, another] = users.get(name) ?? []
    if (user === undefined || another !== undefined || !takenIn.has(user.opType ?? '')) return []
    const output = user.output?.[0]
    if (output === undefined || (user.input ?? []).some((each) => each !== name && computed.has(each))) return []
    return [output, ...following(output)]
  }
  const named = new Map(
    (nodes ?? []).flatMap(({ opType, output }) =>
      (output ?? [])
        .filter((name) => name !== '')
        .map((name): [string, readonly string[]] => [`${name}_${opType ?? ''}`, [name, ...following(name)]]),
    ),
  )
  const lastOf = (layer: string): string =>
    lastSteps.map((step) => `${layer}_${step}`).find((each) => graph?.values.has(each) && !named.has(each)) ?? layer
  return new Map([...named].map(([layer, tensors]) => [lastOf(layer), tensors]))
}

/**
 * A file whose network also hands out some of its inner tensors, for a runtime to fetch. The bytes stay as they are: a message of the same kind behind them is
 * merged with them by whoever reads them, which is how protocol buffers are defined.
 *
 * @param names tensors of the main graph that are no outputs yet
 */
export function withOnnxOutputs(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const more = proto.onnx.ModelProto.encode({ graph: { output: names.map((name) => ({ name })) } }).finish()
  const merged = new Uint8Array(bytes.length + more.length)
  merged.set(bytes)
  merged.set(more, bytes.length)
  return merged
}
