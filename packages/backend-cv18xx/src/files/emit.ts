import type { Artifact, ArtifactNames, EmitOptions, FileNaming, Graph, Tensor } from '@q/ir'
import { valueOf } from '@q/ir'
import { type PortableTensor, writePortableCvimodel } from '../cvimodel/index.ts'
import { codecOf, type TpuCodec } from '../tpu-codec.ts'
import { fileNames } from './file-names.ts'
import { implied } from './implied.ts'

/**
 * The files of a quantized graph: the lowered text and its weights, which the vendor's compiler takes, and the portable
 * container, unless the compiler makes the model file.
 *
 * @throws QError `CODEC_MISSING`, `CVIMODEL_TYPE`, `CVIMODEL_LARGE`, and those of the codec
 */
export function emitFiles(graph: Graph, options: EmitOptions, given: TpuCodec | undefined): Artifact {
  const codec = codecOf(given)
  const { mode, chip } = graph.properties
  const network = { name: graph.name, mode: String(mode), asymmetric: false }
  const { lowered, weights, model, compiled } = fileNames(network, String(chip), options)
  const program = codec.write(asHostFeeds(graph), { weightFile: weights, implied })
  const files = new Map([
    [lowered, new TextEncoder().encode(program.text)],
    [weights, codec.encodeWeights(program.weights)],
  ])
  if (model !== undefined) files.set(model, portable(graph, program, options.time))
  return {
    files,
    ...(model === undefined ? {} : { model, portable: true }),
    ...(compiled === undefined ? {} : { compiled }),
    diagnostics: [],
  }
}

/** The graph with what a text form has to know of the family: codes of inputs are made by the program that feeds the chip. */
const asHostFeeds = (graph: Graph): Graph => ({ ...graph, properties: { ...graph.properties, quantizeInputsOnHost: true } })

/** The names of what {@link emitFiles} makes. */
export function emittedNames(
  network: FileNaming,
  chip: string,
  options: Pick<EmitOptions, 'model' | 'planned' | 'compiling'>,
): ArtifactNames {
  const { lowered: _, weights: __, ...names } = fileNames(network, chip, options)
  return names
}

/** A container that carries the text and its weights in the vendor's format, without chip commands. */
function portable(graph: Graph, { text, weights }: ReturnType<TpuCodec['write']>, time: number): Uint8Array {
  const described = (value: string): PortableTensor => {
    const { dtype, shape, quant } = valueOf(graph, value).type
    return { name: value, dtype, shape, ...(quant === undefined ? {} : { quant: { scale: quant.scale, zeroPoint: quant.zeroPoint } }) }
  }
  return writePortableCvimodel(
    {
      chip: String(graph.properties['chip'] ?? ''),
      name: graph.name,
      program: text,
      inputs: graph.inputs.map((input) => described(input.name)),
      outputs: graph.outputs.map(described),
      weights: Array.from(weights, ([name, tensor]) => ({ name, dtype: tensor.dtype, shape: tensor.shape, bytes: bytesOf(tensor) })),
    },
    time,
  )
}

function bytesOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
