import { attributesOf, elementCount, type Graph, type Node, valueOf } from '@q/ir'
import { definitionOf } from '@q/ir/graph'

/** Operators that move elements and compute nothing. */
const moving: ReadonlySet<string> = new Set([
  'Cast',
  'Concat',
  'DepthToSpace',
  'Flatten',
  'Gather',
  'GatherElements',
  'GatherND',
  'Pad',
  'Reshape',
  'Reverse',
  'ScatterElements',
  'ScatterND',
  'ShuffleChannel',
  'Slice',
  'SpaceToDepth',
  'Split',
  'Squeeze',
  'SwapDimInner',
  'Tile',
  'TopK',
  'Transpose',
  'Unsqueeze',
  'Upsample',
  'Where',
])

/** What is counted for an element of the result, where that does not follow from the size of a window or a row. */
const perElement: Readonly<Record<string, number>> = { Affine: 2, Softmax: 3, Resize: 4 }

/** Operators that go over all elements of their operand. */
const reducing = /^(Reduce|Arg)/
/** Operators that sum each element and its square, and then shift and scale it. */
const normalizing = /Normalization$/

/**
 * The multiplications and additions of a node, for one sample as the graph's shapes have it:
 *
 * - `Conv`: two for each element of the result and each weight of its channel; `ConvTranspose`: two for each element of the operand and each weight of its channel;
 * - `MatMul`: two for each element of the result and each element of a row;
 * - `Attention`: its projections, and two products of queries and keys by rows;
 * - pools: one for each element of the result and each place of the window;
 * - reductions: one for each element of the operand; normalizations five;
 * - everything else: one for each element of the result (`Softmax` 3, `Affine` 2, `Resize` 4), and none where elements are only moved.
 *
 * Biases and fused activations count nothing: they are small, and the same in all modes.
 */
export function countOperations(graph: Graph, node: Node): number {
  const shapeOf = (name: string | undefined): readonly number[] => (name === undefined ? [] : valueOf(graph, name).type.shape)
  const result = node.outputs.reduce((sum, name) => sum + elementCount(shapeOf(name)), 0)
  const [x, w] = node.inputs.map(shapeOf)
  const attrs = attributesOf(node, definitionOf(node, graph.ops))
  switch (node.op) {
    case 'Conv':
      return 2 * result * elementCount(w!.slice(1))
    case 'ConvTranspose':
      return 2 * elementCount(x!) * elementCount(w!.slice(1))
    case 'MatMul':
      return 2 * result * (x!.length === 1 ? x![0]! : x!.at(attrs['transA'] === true ? -2 : -1)!)
    case 'Attention':
      return attention(node, shapeOf)
    case 'MaxPool':
    case 'AveragePool':
      return result * elementCount(attrs['kernel_shape'] as readonly number[])
    default:
  }
  if (moving.has(node.op)) return 0
  if (reducing.test(node.op)) return elementCount(x!)
  return result * (normalizing.test(node.op) ? 5 : (perElement[node.op] ?? 1))
}

/** Operands: x, k, v, and the weights and biases of queries, keys, values and the result, each a matrix of inputs by outputs. */
function attention({ inputs }: Node, shapeOf: (name: string | undefined) => readonly number[]): number {
  const [x, k = x, v = k] = inputs
  const [wq, wk, wv, wo] = [inputs[3], inputs[5], inputs[7], inputs[9]].map(shapeOf)
  const rows = (name: string | undefined): number => elementCount(shapeOf(name).slice(0, -1))
  const width = wq!.at(-1)!
  const projections = rows(x) * (elementCount(wq!) + elementCount(wo!)) + rows(k) * elementCount(wk!) + rows(v) * elementCount(wv!)
  const keys = shapeOf(k).at(-2) ?? 1
  return 2 * projections + 4 * rows(x) * keys * width
}
