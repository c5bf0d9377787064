import type { ObservedRange, Range } from '@q/ir'
import { attributesOf, edgesOf, type Graph, layerOf, type Node } from '@q/ir'
import { extentOf } from '@q/ir/lowering'
import { keyOfTensor, type QuantizeTable, type TableEntry } from '../files/quantize-table/quantize-table.ts'
import type { NetworkLayer, NetworkLayers } from '../network/network-layers.ts'
import { asymmetricFormat, withZero } from '../numbers/format-of-range.ts'
import { namesOf } from './modes.ts'
import { rangeBehind } from './ranges-behind.ts'
import type { MadeAs } from './value-modes.ts'
import { biasEntry, type WeightsOfLayer, weightEntry, withRoomForBias } from './weight-entries.ts'

/** What a table is made of. */
export interface TableParts {
  readonly layers: NetworkLayers
  /** Rows of the calibration, by value. */
  readonly rows: ReadonlyMap<string, ObservedRange>
  /** As what inputs and layers are made. */
  readonly made: ReadonlyMap<string, MadeAs>
  /** The codes of a value as its user reads them, where a converter stands between. @default as it is made */
  readonly readAs?: (lid: string, value: string) => MadeAs | undefined
  /** Keep the ranges of layers that are computed in floats, as `--rebuild-all` does. @default false */
  readonly keepsFloats?: boolean
  readonly customized?: ReadonlyMap<string, string>
  readonly head?: readonly string[]
}

/** The `.quantize` file of a network: activations in the order of their layers, then weights and biases. */
export function tableOfNetwork({
  layers,
  rows,
  made,
  readAs,
  keepsFloats = false,
  customized = new Map(),
  head = [],
}: TableParts): QuantizeTable {
  const activations: (readonly [string, TableEntry])[] = []
  const coefficients: (readonly [string, TableEntry])[] = []
  for (const each of layers.layers.values()) {
    if (each.part === 'constant') {
      const entry = constantEntry(layers.graph, each.value, made)
      if (entry !== undefined) activations.push([keyOfTensor({ layer: each.lid, port: 'out0' }), entry])
      continue
    }
    const as = made.get(each.value)
    if (as === undefined) continue
    const range = rangeBehind(layers.graph, rows, each.value, as)
    const entry = activationEntry(as, range, keepsFloats)
    if (entry !== undefined) activations.push([keyOfTensor({ layer: each.lid, port: 'out0' }), entry])
    if (each.part === 'sum' || each.part === 'node') coefficients.push(...coefficientsOf(each, layers.graph, as, readAs, made))
  }
  return { form: 'new', head, entries: new Map([...activations, ...coefficients]), customized }
}

/** A constant operand has the type of who reads it, by its own extent. */
export function constantEntry(graph: Graph, name: string, made: TableParts['made']): TableEntry | undefined {
  const [user] = edgesOf(graph).consumers.get(name) ?? []
  const mode = user === undefined ? undefined : made.get(layerOf(user))?.mode
  const weights = graph.values.get(name)?.constant
  if (mode === undefined || weights === undefined || made.get(layerOf(user!))?.type.quant === undefined) return undefined
  const data = Float32Array.from(weights.data as Float32Array)
  const { min, max } = extentOf(data)
  if (mode === 'PCQ') {
    const { scale, zeroPoint } = asymmetricFormat(withZero({ min, max }), 'i8')
    return { qtype: 'i8', quantizer: 'asymmetric_affine', rounding: 'rtne', min, max, scale: [scale], zeroPoint: [zeroPoint] }
  }
  return weightEntry(mode, { weights: { ...weights, data } as typeof weights, axis: 'outermost', channels: 1 })
}

/** The entry of a tensor of codes or floats. */
export function activationEntry({ mode, type }: MadeAs, range: Range | undefined, keepsFloats = false): TableEntry | undefined {
  const { quantizer, qtype } = namesOf(mode).entry
  const ends = range === undefined ? {} : { min: Math.fround(range.min), max: Math.fround(range.max) }
  const start = { qtype, quantizer, rounding: 'rtne', ...ends } as const
  if (type.quant === undefined) return keepsFloats || mode === 'BF16' || mode === 'QBF16' ? start : undefined
  const { scale, zeroPoint } = type.quant
  return quantizer === 'dynamic_fixed_point'
    ? { ...start, fl: [-Math.log2(scale) + 0] }
    : { ...start, scale: [scale], zeroPoint: [zeroPoint] }
}

function coefficientsOf(
  { lid, node }: NetworkLayer,
  graph: Graph,
  as: MadeAs,
  readAs: TableParts['readAs'],
  made: TableParts['made'],
): readonly (readonly [string, TableEntry])[] {
  const own = node === undefined ? undefined : weightsOf(graph, node)
  const usual = own === undefined || as.type.quant === undefined ? undefined : weightEntry(as.mode, own)
  if (usual === undefined) return []
  const [source] = node!.inputs as [string]
  const read = readAs?.(lid, source) ?? made.get(source)
  const bias = graph.values.get(node!.inputs[2] ?? '')?.constant?.data as Float32Array | undefined
  const weight =
    bias === undefined || read === undefined ? usual : withRoomForBias(usual, own!, { bias, input: read.type, result: as.type })
  const input = read === undefined ? undefined : activationEntry(read, undefined)
  return [
    [keyOfTensor({ layer: lid, port: 'weight' }), weight],
    ...(node!.inputs[2] === undefined || input === undefined
      ? []
      : [[keyOfTensor({ layer: lid, port: 'bias' }), biasEntry(input, weight)] as const]),
  ]
}

/** The constant weights of a convolution or a matrix product. */
export function weightsOf(graph: Graph, node: Node): WeightsOfLayer | undefined {
  const weights = graph.values.get(node.inputs[1] ?? '')?.constant
  if (weights === undefined) return undefined
  if (node.op === 'Conv') return { weights, axis: 'outermost', channels: weights.shape[0]! }
  if (node.op !== 'MatMul') return undefined
  const isTurned = attributesOf(node, graph.ops.get(node.op)!)['transB'] === true
  return { weights, axis: isTurned ? 'outermost' : 'innermost', channels: weights.shape[isTurned ? 0 : 1]! }
}
