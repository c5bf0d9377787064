import { attributesOf, didYouMean, type Graph, layerOf, type Node, type Resolved } from '@q/ir'
import { lostFromMean } from '../numbers/lost-from-mean.ts'
import { damaged } from './table-head.ts'
import { weightsOf } from './table-of-network.ts'
import type { MadeAs } from './value-modes.ts'

/**
 * What has to be added to biases so that sums keep their mean although weights are rounded: for each output channel, the rounding errors of its weights times the means of what
 * they meet. Without it layers with one scale for all their filters lose filters that are small beside others.
 *
 * @param means of the channels (axis 1) of what layers read, by value
 * @returns by layer; none for a layer without a bias, or that is computed in floats or 16 bits
 */
export function biasCorrections(
  graph: Graph,
  {
    resolved,
    made,
    means,
  }: {
    readonly resolved: Pick<Resolved, 'graph'>
    readonly made: ReadonlyMap<string, MadeAs>
    readonly means: ReadonlyMap<string, Float64Array>
  },
): ReadonlyMap<string, Float32Array> {
  const corrections = new Map<string, Float32Array>()
  const makers = new Map(resolved.graph.nodes.map((node) => [layerOf(node), node]))
  for (const node of graph.nodes) {
    const name = layerOf(node)
    const as = made.get(name)
    const own = weightsOf(graph, node)
    const mean = means.get(node.inputs[0] ?? '')
    const lowered = makers.get(name)
    if (
      as?.type.quant === undefined ||
      as.mode === 'DFP16' ||
      own === undefined ||
      mean === undefined ||
      node.inputs[2] === undefined ||
      lowered === undefined
    )
      continue
    const codes = resolved.graph.values.get(lowered.inputs[1] ?? '')
    if (codes?.constant === undefined) continue
    const attrs = attributesOf(node, graph.ops.get(node.op)!)
    const shift = lostFromMean(node.op, attrs, { own, codes: codes.constant, mode: as.mode, mean })
    if (shift !== undefined) corrections.set(name, shift)
  }
  return corrections
}

/** The network with other biases. Each layer gets a bias of its own, whoever shares the one it had. @throws QError `ACUITY_TABLE` for layers that are not there, and lists of other lengths */
export function withBiases(graph: Graph, corrections: ReadonlyMap<string, Float32Array>): Graph {
  if (corrections.size === 0) return graph
  const layers = new Set(graph.nodes.map(layerOf))
  const unknown = [...corrections.keys()].find((layer) => !layers.has(layer))
  if (unknown !== undefined) throw damaged(`the bias line of ${unknown}`, unknown, didYouMean(unknown, layers, 'a layer of the model'))
  const values = new Map(graph.values)
  const nodes = graph.nodes.map((node): Node => {
    const shift = corrections.get(layerOf(node))
    const bias = values.get(node.inputs[2] ?? '')
    if (shift === undefined || bias?.constant === undefined) return node
    const channels = values.get(node.outputs[0]!)!.type.shape
    const wanted = bias.constant.data.length === 1 ? undefined : bias.constant.data.length
    if (wanted !== undefined && shift.length !== wanted)
      throw damaged(
        `the bias line of ${layerOf(node)}`,
        `${shift.length} numbers`,
        `${wanted}, one for each channel of [${channels.join(', ')}]`,
      )
    const name = `${layerOf(node)}/bias`
    const data = Float32Array.from(shift, (x, i) => x + Number(bias.constant!.data[bias.constant!.data.length === 1 ? 0 : i]))
    const { shape } = bias.constant
    const made = data.length === bias.constant.data.length ? shape : [data.length]
    values.set(name, { name, type: { dtype: 'f32', shape: made }, constant: { dtype: 'f32', shape: made, data } })
    return { ...node, inputs: node.inputs.map((each, place) => (place === 2 ? name : each)) }
  })
  return { ...graph, nodes, values }
}
