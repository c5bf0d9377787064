import { type Attrs, edgesOf, elementCount, type Graph, type LayerFacts, layerOf, type Node } from '@q/ir'
import { formOf } from '@q/ir/graph'
import { mirroredComparison } from '@q/ir/lowering'
import { comparisons } from './lower/compare.ts'
import { target } from './target.ts'

const pickers: ReadonlySet<string> = new Set(['Gather', 'GatherElements'])
const followers: ReadonlySet<string> = new Set(target.typeFollowers)

/**
 * What lowerings need to know of the whole graph:
 * - `isDetectorHead` of a convolution in a detector of the YOLO kind that follows an activation and whose only user is a Reshape or Concat that feeds no
 *   convolution;
 * - `codedPlaces` of a Gather: the layer that computes the elements to pick, where it has codes in INT8;
 * - `isEither` of a sum that is only asked whether it is 0, as a logical or is;
 * - `truths` of a layer: its operands that are truth values made on codes in INT8, where a comparison with a constant tensor is made on floats.
 */
export function factsOf(graph: Graph): LayerFacts {
  const heads = detectorHeads(graph)
  const { producer, consumers, useCount } = edgesOf(graph)
  const isConstant = (name: string | undefined): boolean => name !== undefined && graph.values.get(name)?.constant !== undefined
  const isNumber = (name: string | undefined): boolean => isConstant(name) && elementCount(graph.values.get(name!)!.type.shape) === 1
  const isMadeOnCodes = ({ op, inputs }: Node): boolean => {
    const constants = inputs.filter(isConstant)
    return constants.length === 0 || (constants.length === 1 && isNumber(constants[0]) && mirroredComparison(op) !== undefined)
  }
  const isTruth = (name: string | undefined): name is string => {
    const maker = name === undefined ? undefined : producer.get(name)
    return maker !== undefined && comparisons.has(maker.op) && isMadeOnCodes(maker)
  }
  const asksForZero = ({ op, inputs }: Node): boolean =>
    op === 'Greater' && isNumber(inputs[1]) && Number(graph.values.get(inputs[1]!)!.constant!.data[0]) === 0
  const isEither = (node: Node): boolean => {
    const users = consumers.get(layerOf(node)) ?? []
    return node.op === 'Add' && users.length === useCount(layerOf(node)) && users.every(asksForZero)
  }
  const makerOnCodes = (name: string | undefined): string | undefined => {
    const maker = name === undefined ? undefined : producer.get(name)
    if (maker === undefined) return undefined
    if (followers.has(maker.op)) return makerOnCodes(maker.inputs[0])
    return target.ops[formOf(maker, (each) => graph.values.get(each)!)]?.INT8 === 'INT8' ? layerOf(maker) : undefined
  }
  return new Map(
    graph.nodes.flatMap((node): [string, Attrs][] => {
      const truths = node.inputs.filter(isTruth)
      const isHead = heads.has(node)
      const codedPlaces = pickers.has(node.op) ? makerOnCodes(node.inputs[1]) : undefined
      if (!isHead && codedPlaces === undefined && truths.length === 0) return []
      const facts = { ...(isHead ? { isDetectorHead: true } : {}), ...(codedPlaces === undefined ? {} : { codedPlaces }) }
      return [[layerOf(node), { ...facts, ...(truths.length > 0 ? { truths } : {}), ...(isEither(node) ? { isEither: true } : {}) }]]
    }),
  )
}

function detectorHeads(graph: Graph): ReadonlySet<Node> {
  const { producer, consumers, useCount } = edgesOf(graph)
  const users = (node: Node): readonly Node[] => consumers.get(layerOf(node)) ?? []
  if (!hasPyramid(graph, users)) return new Set()
  const isHead = (node: Node): boolean => {
    const [user] = users(node)
    return (
      node.op === 'Conv' &&
      user !== undefined &&
      useCount(layerOf(node)) === 1 &&
      (user.op === 'Reshape' || user.op === 'Concat') &&
      ['Silu', 'LeakyRelu'].includes(producer.get(node.inputs[0]!)?.op ?? '') &&
      users(user).every(({ op }) => op !== 'Conv')
    )
  }
  return new Set(graph.nodes.filter(isHead))
}

/** Whether three max pools in a row all feed one Concat, as spatial pyramid pooling does. */
function hasPyramid({ nodes }: Graph, users: (node: Node) => readonly Node[]): boolean {
  const nextPool = (node: Node): Node | undefined => users(node).find(({ op }) => op === 'MaxPool')
  const concats = (node: Node): readonly Node[] => users(node).filter(({ op }) => op === 'Concat')
  return nodes.some((first) => {
    const second = first.op === 'MaxPool' ? nextPool(first) : undefined
    const third = second === undefined ? undefined : nextPool(second)
    return third !== undefined && concats(first).some((concat) => concats(second!).includes(concat) && concats(third).includes(concat))
  })
}
