import type proto from 'onnx-proto'
import { elementsAsText, type Literal } from '../fold/literal.ts'

/** Constants of more elements are told apart by their names. */
const mostCompared = 1024

/**
 * Tells nodes apart that compute the same: by their operator and operands as the file names them, of nodes without attributes alone. This is what
 * TPU-MLIR 1.30.2 merges before it reads a network; what stands behind two equal nodes counts as different, and so do two results of the network.
 *
 * @returns takes a node and its operands, and gives the outputs of an earlier node that makes the same
 */
export function duplicateFinder(
  constant: (name: string) => Literal | undefined,
  isResult: (name: string) => boolean,
): (node: proto.onnx.INodeProto, inputs: readonly (string | undefined)[], opset: number) => readonly string[] | undefined {
  const first = new Map<string, readonly string[]>()
  return (node, inputs, opset) => {
    if ((node.attribute ?? []).length > 0) return undefined
    const operands = inputs.map((name) => {
      const known = name === undefined ? undefined : constant(name)
      return known === undefined || known.data.length > mostCompared ? name : [known.dtype, known.shape, elementsAsText(known)]
    })
    const outputs = node.output ?? []
    const key = JSON.stringify([node.opType, opset, operands, outputs.length])
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, outputs)
    return earlier !== undefined && [outputs, earlier].every((names) => names.some(isResult)) ? undefined : earlier
  }
}
