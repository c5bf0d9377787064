import type { InferredType } from '@q/ir'
import type proto from 'onnx-proto'
import { readBy } from './inline-if.ts'
import { toNumber } from './read-tensor.ts'

/** What a file says of its tensors besides how they are made. */
export interface ModelFacts {
  /** Whether the file has a tensor of that name. */
  isTaken(name: string): boolean
  /** Whether something asks for a tensor. */
  isUsed(name: string | undefined): boolean
  /** Whether a tensor is a result of the network. */
  isResult(name: string): boolean
  /** The shape that the file declares for a tensor, where it fixes every size and the inputs have the shapes that it declares for them. */
  declared(name: string): readonly number[] | undefined
  /** Whether the file itself defines an operator of a domain, as a function. */
  isFunction(domain: string, op: string): boolean
}

/** The sizes that a file fixes. */
function fixedShape({ type }: proto.onnx.IValueInfoProto): readonly number[] | undefined {
  const sizes = type?.tensorType?.shape?.dim?.map(({ dimValue }) => toNumber(dimValue))
  return sizes?.every((size) => size > 0) === true ? sizes : undefined
}

/** What a file says of its tensors. @param inputs the shapes that its inputs have @param needed the nodes that are read */
export function factsOf(
  { graph, functions }: proto.onnx.IModelProto & { readonly graph: proto.onnx.IGraphProto },
  inputs: ReadonlyMap<string, InferredType>,
  needed: readonly proto.onnx.INodeProto[],
  outputs: readonly string[],
): ModelFacts {
  const taken = new Set([
    ...[...(graph.input ?? []), ...(graph.initializer ?? [])].map(({ name }) => name ?? ''),
    ...(graph.node ?? []).flatMap(({ output }) => output ?? []),
  ])
  const used = new Set([...outputs, ...needed.flatMap(readBy)])
  const asDeclared = (graph.input ?? []).every((input) => {
    const type = inputs.get(input.name ?? '')
    return type === undefined || fixedShape(input)?.join() === type.shape.join()
  })
  const shapes = new Map(
    asDeclared ? [...(graph.output ?? []), ...(graph.valueInfo ?? [])].map((each) => [each.name ?? '', fixedShape(each)]) : [],
  )
  return {
    isTaken: (name) => taken.has(name),
    isUsed: (name) => name !== undefined && name !== '' && used.has(name),
    isResult: (name) => outputs.includes(name),
    declared: (name) => shapes.get(name),
    isFunction: (domain, op) => (functions ?? []).some((each) => each.name === op && (each.domain ?? '') === domain),
  }
}
