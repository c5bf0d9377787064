import { attributesOf, type Graph, layerOf, type Node } from '@q/ir'
import { elementCount } from '@q/ir/graph'
import { activationEntry, constantEntry, weightsOf } from '../table/table-of-network.ts'
import type { MadeAs } from '../table/value-modes.ts'
import { biasEntry, weightEntry, withRoomForBias } from '../table/weight-entries.ts'
import { ovxType } from './ovx-type.ts'
import { biasConstant, codeConstant, floatConstant, type OvxConstant } from './tensor-bytes.ts'

/** A constant operand: codes of its own extent, floats of the type its reader computes in, or places, counted from the front. */
export function operandConstant(graph: Graph, name: string, made: ReadonlyMap<string, MadeAs>): OvxConstant {
  const user = graph.nodes.find(({ inputs }) => inputs.includes(name))
  if (user?.op === 'Gather' && user.inputs[1] === name) return indexConstant(graph, user)
  const numbers = Float32Array.from(graph.values.get(name)!.constant!.data as Float32Array)
  const entry = constantEntry(graph, name, made)
  if (entry !== undefined) return codeConstant(numbers, { ...entry, scale: entry.scale?.slice(0, 1) ?? [] }, 0)
  const { type } = user === undefined ? { type: 'FLOAT32' as const } : ovxType(made.get(layerOf(user))!)
  return floatConstant(numbers, type === 'FLOAT16' || type === 'BFLOAT16' ? type : 'FLOAT32')
}

/** A tensor that belongs to a layer. */
export interface Coefficient {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: OvxConstant
}

/** Bias and weights of a layer, in the order of the file. */
export function coefficientsOf(
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
  const floatsOf = floatLayers[node.op]
  if (floatsOf !== undefined) {
    const [weights, bias] = [floats(node.inputs[1]), floats(node.inputs[2])]
    if (weights === undefined) return []
    return floatsOf({
      weights,
      rank: graph.values.get(node.inputs[0]!)!.type.shape.length,
      as,
      lid,
      ...(bias === undefined ? {} : { bias }),
    })
  }
  const own = weightsOf(graph, node)
  if (own === undefined) return []
  const given = floats(node.inputs[1])!
  const isTurned = own.axis === 'innermost'
  // Matrices lie as filters do, an output channel behind the other.
  const weights = isTurned ? { shape: given.shape.toReversed(), data: turned(given.data, given.shape[0]!, given.shape[1]!) } : given
  const bias = floats(node.inputs[2])
  const usual = weightEntry(as.mode, own)
  const entry =
    usual === undefined || bias === undefined ? usual : withRoomForBias(usual, own, { bias: bias.data, input: input.type, result: as.type })
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

interface Floats {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Layers that are computed in floats whatever is asked for, so their coefficients have no entries. */
const floatLayers: Readonly<
  Record<
    string,
    (given: {
      readonly weights: Floats
      readonly bias?: Floats
      /** Of what is read. */
      readonly rank: number
      readonly as: MadeAs
      readonly lid: string
    }) => readonly Coefficient[]
  >
> = {
  // The library takes outputs before inputs, as in convolutions.
  ConvTranspose: ({ weights: { shape, data }, bias, as, lid }) => {
    const [inputs, outputs, ...kernel] = shape as [number, number, ...number[]]
    const size = elementCount(kernel)
    const swapped = Float32Array.from(data, (_, i) => {
      const [pair, place] = [Math.floor(i / size), i % size]
      return data[((pair % inputs) * outputs + Math.floor(pair / inputs)) * size + place]!
    })
    const made = floatCoefficients(swapped, bias?.data, as)
    return [
      ...(made.bias === undefined ? [] : [{ name: `${lid}:bias`, shape: [bias!.data.length], data: made.bias }]),
      { name: `${lid}:weight`, shape: [outputs, inputs, ...kernel], data: made.weight },
    ]
  },
  // Slopes of channels stand in the place of the channels' axis.
  PRelu: ({ weights: { data }, rank, as, lid }) => {
    const { weight } = floatCoefficients(data, undefined, as)
    return [{ name: `${lid}:a`, shape: data.length === 1 ? [1] : [data.length, ...Array(Math.max(rank - 2, 0)).fill(1)], data: weight }]
  },
}

/** The places that a Gather takes, as the library has them: 32 bits, none from the end. */
function indexConstant(graph: Graph, node: Node): OvxConstant {
  const { shape } = graph.values.get(node.inputs[0]!)!.type
  const axis = Number(attributesOf(node, graph.ops.get(node.op)!)['axis'])
  const count = shape[axis < 0 ? axis + shape.length : axis]!
  const { data } = graph.values.get(node.inputs[1]!)!.constant!
  const places = Int32Array.from(data as Int32Array, (place) => (Number(place) < 0 ? Number(place) + count : Number(place)))
  return { type: 'INT32', quant: { kind: 'NONE' }, bytes: new Uint8Array(places.buffer) }
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
