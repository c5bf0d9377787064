import type { Artifact, ArtifactNames, EmitOptions } from '../contracts/artifact.ts'
import { valueOf } from '../graph/edges.ts'
import type { Graph, Quant } from '../graph/types.ts'
import type { RoundingMode } from '../number/rounding.ts'
import type { DType, Tensor } from '../tensor/tensor.ts'
import { atBoundary } from './boundary.ts'
import type { ImpliedAttrs, TextCodec } from './text-codec.ts'
import { withImplied } from './with-implied.ts'

/** Names of the files of a family whose compiler takes a text and a weight file. */
export interface TextFiles extends ArtifactNames {
  /** The lowered text. */
  readonly lowered: string
  /** Its weights. */
  readonly weights: string
}

/** A network input or output as a container describes it. */
export interface DescribedTensor {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** How codes stand for numbers: `number = (code - zeroPoint) * scale`. @default plain numbers */
  readonly quant?: Pick<Quant, 'scale' | 'zeroPoint'>
}

/** A quantized network as a portable container holds it: its text, and its weights as stored (little-endian, C order). */
export interface TextNetwork {
  /** The chip it is for, as the graph's properties name it. */
  readonly chip: string
  readonly name: string
  readonly program: string
  readonly inputs: readonly DescribedTensor[]
  readonly outputs: readonly DescribedTensor[]
  readonly weights: readonly (Omit<DescribedTensor, 'quant'> & { readonly bytes: Uint8Array })[]
}

/** What is a family's own in its files. */
export interface TextFamily {
  readonly codec: TextCodec
  readonly names: TextFiles
  /** What its text means without saying it. @default nothing */
  readonly implied?: ImpliedAttrs
  /** How floats inside the network become codes. @default halves away from zero */
  readonly castRounding?: RoundingMode
  /** The bytes of a portable container. @param time seconds since 1970 */
  container(network: TextNetwork, time: number): Uint8Array
}

/**
 * The files of a quantized graph: the lowered text and its weights, which the family's compiler takes, and the portable container,
 * unless the compiler makes the model file. The text has float32 numbers at its boundary, which the compiler changes; the container has the types that are wanted.
 *
 * @throws QError those of the codec and of the container
 */
export function emitText(graph: Graph, { time, boundary }: Pick<EmitOptions, 'time' | 'boundary'>, family: TextFamily): Artifact {
  const { codec, implied, names, castRounding } = family
  const { model, compiled } = names
  const written = (network: Graph) => codec.write(network, { weightFile: names.weights, ...(implied === undefined ? {} : { implied }) })
  const { text, weights } = written(graph)
  // Also where no container is made, to tell what cannot be; the casts that come are made as the text means it.
  const contained =
    boundary === undefined
      ? graph
      : withImplied(atBoundary(graph, boundary, castRounding), implied, ({ outputs }) => !graph.values.has(outputs[0]!))
  const files = new Map([
    [names.lowered, new TextEncoder().encode(text)],
    [names.weights, codec.encodeWeights(weights)],
  ])
  if (model !== undefined) {
    const inside = contained === graph ? { text, weights } : written(contained)
    files.set(model, family.container(asNetwork(contained, inside.text, inside.weights), time))
  }
  return {
    files,
    ...(model === undefined ? {} : { model, portable: true }),
    ...(compiled === undefined ? {} : { compiled }),
    ...(boundary === undefined ? {} : { boundary }),
    diagnostics: [],
  }
}

function asNetwork(graph: Graph, program: string, weights: ReadonlyMap<string, Tensor>): TextNetwork {
  const described = (name: string): DescribedTensor => {
    const { dtype, shape, quant } = valueOf(graph, name).type
    return { name, dtype, shape, ...(quant === undefined ? {} : { quant: { scale: quant.scale, zeroPoint: quant.zeroPoint } }) }
  }
  return {
    chip: String(graph.properties['chip'] ?? ''),
    name: graph.name,
    program,
    inputs: graph.inputs.map(({ name }) => described(name)),
    outputs: graph.outputs.map(described),
    weights: Array.from(weights, ([name, { dtype, shape, data }]) => ({ name, dtype, shape, bytes: bytesOf(data) })),
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Tensor['data']) => new Uint8Array(buffer, byteOffset, byteLength)

/** The graph of a text and the weights beside it in a container. @param place the container's, for messages @throws QError those of the codec */
export function readText(
  { program, weights }: { readonly program: string; readonly weights: readonly { readonly name: string; readonly bytes: Uint8Array }[] },
  place: string,
  { codec, implied }: Pick<TextFamily, 'codec' | 'implied'>,
): Graph {
  const tensors = new Map(
    weights.map(({ name, bytes }): [string, Tensor] => [name, { dtype: 'u8', shape: [bytes.length], data: bytes.slice() }]),
  )
  return codec.read(program, tensors, { file: place, weightFile: place, ...(implied === undefined ? {} : { implied }) })
}
