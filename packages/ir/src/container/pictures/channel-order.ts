import { edgesOf, layerOf, valueOf } from '../../graph/edges.ts'
import type { Graph, GraphInput, Node, Value } from '../../graph/types.ts'
import { elementCount } from '../../tensor/tensor.ts'
import type { Fused, Made } from './fused.ts'

/** The graph that takes what is made of a picture in the place of an input, in the order of the network's channels. */
export function inNetworkOrder(graph: Graph, { value, nodes, values }: Made, { input, isReversed }: Fused, raw: GraphInput): Graph {
  const turned = isReversed ? withTurnedWeights(graph, input) : graph
  const isDone = !isReversed || turned !== graph
  const swapped: Value = { name: `${input}_preprocess_swapaxis`, type: value.type }
  const swap: Node = { op: 'Reverse', inputs: [value.name], outputs: [swapped.name], attrs: { axis: 1 }, origin: [input] }
  const result = isDone ? value : swapped
  const all = [...values, ...(isDone ? [] : [swapped]), ...turned.values.values()].filter(({ name }) => name !== input)
  // Constants in front: a text writes each before its first user then.
  const inOrder = [...all.filter(({ constant }) => constant !== undefined), ...all.filter(({ constant }) => constant === undefined)]
  const using = (name: string | undefined): string | undefined => (name === input ? result.name : name)
  return {
    ...turned,
    inputs: turned.inputs.map((each) => (each.name === input ? raw : each)),
    outputs: turned.outputs.map((name) => using(name)!),
    nodes: [...nodes, ...(isDone ? [] : [swap]), ...turned.nodes.map((node) => ({ ...node, inputs: node.inputs.map(using) }))],
    values: new Map(inOrder.map((each) => [each.name, each])),
  }
}

/** The graph with the weights of the one convolution that takes an input turned along its channels; the very graph where something else takes it. */
function withTurnedWeights(graph: Graph, input: string): Graph {
  const { consumers, useCount } = edgesOf(graph)
  const [conv] = consumers.get(input) ?? []
  if (conv === undefined || useCount(input) !== 1 || (conv.op !== 'Conv' && conv.op !== 'QConv') || conv.inputs[0] !== input) return graph
  const weight = valueOf(graph, conv.inputs[1]!)
  const { constant } = weight
  if (constant === undefined || (conv.attrs['group'] ?? 1) !== 1 || weight.type.quant?.axis === 1) return graph
  const [outer = 1, inner = 1, ...kernel] = constant.shape
  const taps = elementCount(kernel)
  const data = constant.data.slice()
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = (o * inner + i) * taps
      data.set(constant.data.subarray(from, from + taps) as never, (o * inner + inner - 1 - i) * taps)
    }
  }
  const turned: Value = { ...weight, name: `${layerOf(conv)}_${weight.name}_swap_channel`, constant: { ...constant, data } }
  const values = new Map(graph.values).set(turned.name, turned)
  if (useCount(weight.name) === 1) values.delete(weight.name)
  const inputs = [input, turned.name, ...conv.inputs.slice(2)]
  return { ...graph, values, nodes: graph.nodes.map((node) => (node === conv ? { ...conv, inputs } : node)) }
}
