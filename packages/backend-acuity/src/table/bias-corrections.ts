import { attributesOf, didYouMean, type Graph, layerOf, type Node, type Resolved, type Value } from '@q/ir'
import { damaged } from './table-head.ts'
import { weightsOf } from './table-of-network.ts'
import type { MadeAs } from './value-modes.ts'
import { type WeightsOfLayer, weightEntry } from './weight-entries.ts'

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
    const errors = errorsOf(own, as.mode, codes)
    if (errors !== undefined) corrections.set(name, shifts(node, graph, { own, errors, mean }))
  }
  return corrections
}

/** What rounding took from each weight. */
function errorsOf(own: WeightsOfLayer, mode: MadeAs['mode'], codes: Value): Float64Array | undefined {
  const entry = weightEntry(mode, own)
  if (entry === undefined) return undefined
  const scales = entry.fl === undefined ? (entry.scale ?? []) : entry.fl.map((fl) => 2 ** -fl)
  const zeroPoint = entry.zeroPoint?.[0] ?? 0
  const { data } = own.weights
  const size = data.length / own.channels
  return Float64Array.from({ length: data.length }, (_, i) => {
    const channel = own.axis === 'outermost' ? Math.floor(i / size) : i % own.channels
    const scale = scales[scales.length === 1 ? 0 : channel]!
    return Number(data[i]) - (Number(codes.constant!.data[i]) - zeroPoint) * scale
  })
}

function shifts(
  node: Node,
  graph: Graph,
  { own, errors, mean }: { readonly own: WeightsOfLayer; readonly errors: Float64Array; readonly mean: Float64Array },
): Float32Array {
  const { channels, axis } = own
  const size = errors.length / channels
  const group = node.op === 'Conv' ? Number(attributesOf(node, graph.ops.get(node.op)!)['group']) : 1
  const taps = node.op === 'Conv' ? own.weights.shape.slice(2).reduce((product, d) => product * d, 1) : 1
  const inputs = size / taps
  const perGroup = channels / group
  return Float32Array.from({ length: channels }, (_, channel) => {
    const first = Math.floor(channel / perGroup) * inputs
    let sum = 0
    for (let i = 0; i < size; i++)
      sum += errors[axis === 'outermost' ? channel * size + i : i * channels + channel]! * (mean[first + Math.floor(i / taps)] ?? 0)
    return sum
  })
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
