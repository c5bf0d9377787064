import { attributesOf, type Graph, layerOf, type Node } from '@q/ir'
import type { Converter } from '../hybrid/converters.ts'
import type { NetworkLayer, NetworkLayers } from '../network/network-layers.ts'
import { activationEntry, constantEntry, weightsOf } from '../table/table-of-network.ts'
import type { MadeAs } from '../table/value-modes.ts'
import { biasEntry, weightEntry } from '../table/weight-entries.ts'
import { nodeForm, reluNode } from './node-forms.ts'
import type { OvxGraph, OvxNode, OvxQuant, OvxTensor, OvxType } from './ovx-graph.ts'
import { biasConstant, codeConstant, floatConstant, type OvxConstant } from './tensor-bytes.ts'

/** A network with types, as it is exported. */
export interface Exported {
  readonly layers: NetworkLayers
  /** The network whose weights and biases count. */
  readonly graph: Graph
  readonly made: ReadonlyMap<string, MadeAs>
  readonly converters: readonly Converter[]
}

const floatTypes = { f16: 'FLOAT16', bf16: 'BFLOAT16', f32: 'FLOAT32' } as const
const codeTypes: Readonly<Record<string, OvxType>> = { u8: 'UINT8', i8: 'INT8', i16: 'INT16' }

/** The element type of a tensor and what its codes stand for. */
function ovxType({ mode, type }: MadeAs): { readonly type: OvxType; readonly quant: OvxQuant } {
  if (type.quant === undefined) return { type: floatTypes[type.dtype as keyof typeof floatTypes] ?? 'FLOAT32', quant: { kind: 'NONE' } }
  const { scale, zeroPoint } = type.quant
  const quant: OvxQuant =
    mode === 'DFP8' || mode === 'DFP16'
      ? { kind: 'DFP', fl: 0 - Math.log2(scale) }
      : mode === 'SYM8'
        ? { kind: 'AFFINE_SYMMETRIC', scale }
        : { kind: 'AFFINE_ASYMMETRIC', scale, zeroPoint }
  return { type: codeTypes[type.dtype]!, quant }
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

/** A constant operand: codes of its own extent, or floats of the type its reader computes in. */
function operandConstant(graph: Graph, name: string, made: ReadonlyMap<string, MadeAs>): OvxConstant {
  const numbers = Float32Array.from(graph.values.get(name)!.constant!.data as Float32Array)
  const entry = constantEntry(graph, name, made)
  if (entry !== undefined) return codeConstant(numbers, { ...entry, scale: entry.scale?.slice(0, 1) ?? [] }, 0)
  const user = graph.nodes.find(({ inputs }) => inputs.includes(name))
  const { type } = user === undefined ? { type: 'FLOAT32' as const } : ovxType(made.get(layerOf(user))!)
  return floatConstant(numbers, type === 'FLOAT16' || type === 'BFLOAT16' ? type : 'FLOAT32')
}

interface Coefficient {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: OvxConstant
}

/** Bias and weights of a layer, in the order of the file. */
function coefficientsOf(
  graph: Graph,
  node: Node,
  { as, input, lid }: { readonly as: MadeAs; readonly input: MadeAs; readonly lid: string },
): readonly Coefficient[] {
  const floats = (name: string | undefined): { readonly shape: readonly number[]; readonly data: Float32Array } | undefined => {
    const tensor = name === undefined ? undefined : graph.values.get(name)?.constant
    return tensor === undefined ? undefined : { shape: tensor.shape, data: Float32Array.from(tensor.data as Float32Array) }
  }
  if (node.op === 'LayerNormalization') {
    const [scale, bias] = [floats(node.inputs[1]), floats(node.inputs[2])]
    return [
      ...(bias === undefined ? [] : [{ name: `${lid}:bias`, shape: bias.shape, data: floatConstant(bias.data, 'FLOAT32') }]),
      ...(scale === undefined ? [] : [{ name: `${lid}:weight`, shape: scale.shape, data: floatConstant(scale.data, 'FLOAT32') }]),
    ]
  }
  const own = weightsOf(graph, node)
  if (own === undefined) return []
  const given = floats(node.inputs[1])!
  const isTurned = own.axis === 'innermost'
  // Matrices lie as filters do, an output channel behind the other.
  const weights = isTurned ? { shape: given.shape.toReversed(), data: turned(given.data, given.shape[0]!, given.shape[1]!) } : given
  const bias = floats(node.inputs[2])
  const entry = weightEntry(as.mode, own)
  const inputEntry = activationEntry(input, undefined)
  const made: { weight: OvxConstant; bias?: OvxConstant } =
    entry === undefined || as.type.quant === undefined || inputEntry === undefined
      ? floatCoefficients(weights.data, bias?.data, as)
      : {
          weight: codeConstant(weights.data, entry, weights.shape.length - 1),
          ...(bias === undefined ? {} : { bias: biasConstant(bias.data, biasEntry(inputEntry, entry), lid) }),
        }
  return [
    ...(made.bias === undefined ? [] : [{ name: `${lid}:bias`, shape: [bias!.data.length], data: made.bias }]),
    { name: `${lid}:weight`, shape: weights.shape, data: made.weight },
  ]
}

function floatCoefficients(weights: Float32Array, bias: Float32Array | undefined, as: MadeAs): { weight: OvxConstant; bias?: OvxConstant } {
  const { type } = ovxType(as)
  const float = type === 'FLOAT16' || type === 'BFLOAT16' ? type : 'FLOAT32'
  return {
    weight: floatConstant(weights, float),
    ...(bias === undefined ? {} : { bias: floatConstant(bias, float === 'FLOAT16' ? 'FLOAT16' : 'FLOAT32') }),
  }
}

function turned(data: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!)
}
