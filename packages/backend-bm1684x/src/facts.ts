import { type Attrs, edgesOf, type Graph, type LayerFacts, layerOf, type Node } from '@q/ir'

/**
 * What lowerings need to know of the whole graph: `isDetectorHead` of a convolution in a detector of the YOLO kind that follows an activation and whose
 * only user is a Reshape or Concat that feeds no convolution.
 */
export function factsOf(graph: Graph): LayerFacts {
  const { producer, consumers, useCount } = edgesOf(graph)
  const users = (node: Node): readonly Node[] => consumers.get(layerOf(node)) ?? []
  if (!hasPyramid(graph, users)) return new Map()
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
  return new Map(graph.nodes.filter(isHead).map((node): [string, Attrs] => [layerOf(node), { isDetectorHead: true }]))
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
