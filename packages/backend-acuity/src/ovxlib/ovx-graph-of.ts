import { attributesOf, type Graph, layerOf, type Node } from '@q/ir'
import type { Converter } from '../hybrid/converters.ts'
import type { NetworkLayer, NetworkLayers } from '../network/network-layers.ts'
import type { MadeAs } from '../table/value-modes.ts'
import { coefficientsOf, operandConstant } from './coefficients.ts'
import { nodeForm, reluNode } from './node-forms.ts'
import type { OvxGraph, OvxNode, OvxTensor } from './ovx-graph.ts'
import { ovxType } from './ovx-type.ts'
import type { OvxConstant } from './tensor-bytes.ts'

/** A network with types, as it is exported. */
export interface Exported {
  readonly layers: NetworkLayers
  /** The network whose weights and biases count. */
  readonly graph: Graph
  readonly made: ReadonlyMap<string, MadeAs>
  readonly converters: readonly Converter[]
}

/**
 * The graph that the library builds: a node for each layer and converter, biases in front of their weights (spec/acuity.md 6.4).
 *
 * @throws QError `ACUITY_EXPORT`
 */
export function ovxGraphOf({ layers, graph, made, converters }: Exported): OvxGraph {
  const tensors: OvxTensor[] = []
  const nodes: OvxNode[] = []
  const places = new Map<string, number>()
  const add = (tensor: OvxTensor): number => tensors.push(tensor) - 1
  const outputs = new Set(layers.graph.outputs)
  const makers = new Map(graph.nodes.map((node) => [layerOf(node), node]))
  const convertersOf = new Map(converters.flatMap((each) => each.readers.map((reader) => [`${reader} ${each.value}`, each] as const)))
  const tensorOf = (lid: string, kind: OvxTensor['kind'], shape: readonly number[], as: MadeAs): number => {
    const place = add({ name: lid, kind, size: shape.toReversed(), ...ovxType(as) })
    places.set(lid, place)
    return place
  }
  const constant = (name: string, shape: readonly number[], data: OvxConstant): number =>
    add({ name, kind: 'constant', size: shape.length === 0 ? [1] : shape.toReversed(), ...data })
  /** What a layer reads of another one, behind a converter where one stands there; it is made when it is first asked for. */
  const read = (reader: string, lid: string, value: string): number => {
    const converter = convertersOf.get(`${reader} ${value}`)
    if (converter === undefined) return places.get(lid)!
    const known = places.get(converter.lid)
    if (known !== undefined) return known
    const source = places.get(layers.lidOf.get(value)!)!
    const place = tensorOf(converter.lid, 'virtual', layers.graph.values.get(value)!.type.shape, converter.to)
    nodes.push({ name: converter.lid, op: 'DATACONVERT', inputs: [source], outputs: [place], params: {} })
    return place
  }
  const addLayer = ({ lid, part, value, node, layer }: NetworkLayer): void => {
    const { shape } = layers.graph.values.get(value)!.type
    if (part === 'output') return
    if (part === 'input') return void tensorOf(lid, 'input', shape, made.get(value)!)
    if (part === 'constant') return void places.set(lid, constant(lid, shape, operandConstant(graph, value, made)))
    const as = made.get(value)!
    const kind = part !== 'sum' && outputs.has(value) ? 'output' : 'virtual'
    if (part === 'relu') {
      const { op, params } = reluNode(Number(attributesOf(node!, graph.ops.get(node!.op)!)['reluLimit']))
      const inputs = [places.get(layer.inputs[0]!.slice(1, -':out0'.length))!]
      return void nodes.push({ name: lid, op, params, inputs, outputs: [tensorOf(lid, kind, shape, as)] })
    }
    const real = makers.get(value)!
    const inputs = layer.inputs.map((name) => {
      const source = name.slice(1, -':out0'.length)
      return read(lid, source, layers.layers.get(source)!.value)
    })
    const coefficients = coefficientsOf(graph, real, { as, input: inputTypeOf(lid, real, convertersOf, made), lid })
    // The bias stands in front of the weights in the file, behind them among the operands.
    const own = coefficients.map(({ name, shape: of, data }) => constant(name, of, data)).toReversed()
    nodes.push({ name: lid, ...nodeForm(graph, real), inputs: [...inputs, ...own], outputs: [tensorOf(lid, kind, shape, as)] })
  }
  const behind = new Map(graph.nodes.map((node, i) => [layerOf(node), i]))
  const order = ({ part, value }: NetworkLayer): number =>
    part === 'input' ? -2 : part === 'constant' ? -1 : 2 * behind.get(value)! + (part === 'relu' ? 1 : 0)
  for (const each of [...layers.layers.values()].filter(({ part }) => part !== 'output').sort((a, b) => order(a) - order(b))) addLayer(each)
  const placeOf = (value: string): number => places.get(layers.lidOf.get(value)!)!
  return {
    name: graph.name,
    tensors,
    nodes,
    inputs: layers.graph.inputs.map(({ name }) => placeOf(name)),
    outputs: layers.graph.outputs.map(placeOf),
  }
}

function inputTypeOf(lid: string, node: Node, converters: ReadonlyMap<string, Converter>, made: ReadonlyMap<string, MadeAs>): MadeAs {
  const [source] = node.inputs as [string]
  return converters.get(`${lid} ${source}`)?.to ?? made.get(source)!
}
