import type { Tensor } from '@q/ir'
import proto from 'onnx-proto'
import { tensorProto } from '../encode/tensor-proto.ts'
import type { KnownNode } from './evaluate.ts'
import { isHeld, type Literal, literalOf, tensorOf } from './literal.ts'

/**
 * Computes an ONNX model that has no inputs, and gives its outputs in order: what an ONNX runtime does.
 *
 * @param model the bytes of the file
 */
export type ComputeModel = (model: Uint8Array) => Promise<readonly Tensor[]>

/** Operators of which only the first operand may hand its elements on. */
const movesFirst = new Set(['Expand', 'Gather', 'Reshape', 'Shape', 'Size', 'Slice', 'Split', 'Squeeze', 'Tile', 'Unsqueeze'])

/** Whether what was computed in doubles may be other integers than those of 64 bits: operands or results lie beyond what doubles hold. */
export function needsExact({ op, inputs }: KnownNode, results: readonly (Literal | undefined)[]): boolean {
  const handed = movesFirst.has(op) ? inputs.slice(0, 1) : inputs
  const isInteger = (each: Literal | undefined): each is Literal => each?.dtype === 'i64' || each?.dtype === 'u64'
  return handed.some((each) => each?.exact !== undefined) || results.some((each) => isInteger(each) && !each.data.every(isHeld))
}

/**
 * The results of a node whose operands are all known, by running it as a model of its own: the node as the file has it, its operands as
 * initializers. `undefined` where it cannot be run: what is wrong with it is told by the checks that layers go through.
 *
 * @param opset version of the default operator set
 */
export async function computeNode(
  node: proto.onnx.INodeProto,
  operands: readonly (Literal | undefined)[],
  opset: number,
  compute: ComputeModel,
): Promise<readonly (Literal | undefined)[] | undefined> {
  const outputs = node.output ?? []
  const wanted = outputs.filter((name) => name !== '')
  const known = operands.flatMap((each, i) => (each === undefined ? [] : [tensorProto(`operand ${i}`, tensorOf(each))]))
  const model = proto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: node.opType ?? '',
      node: [{ ...node, input: operands.map((each, i) => (each === undefined ? '' : `operand ${i}`)) }],
      initializer: known,
      output: wanted.map((name) => ({ name })),
    },
  }).finish()
  const results = await compute(model).catch(() => undefined)
  if (results === undefined) return undefined
  return outputs.map((name) => (name === '' ? undefined : literalOf(results[wanted.indexOf(name)]!)))
}
