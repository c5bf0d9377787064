import type { Artifact, ArtifactNames, EmitOptions, FileNaming, Graph } from '@q/ir'
import { codecOf, type TpuCodec } from '../tpu-codec.ts'
import { fileNames } from './file-names.ts'
import { implied } from './implied.ts'

/**
 * The files of a quantized graph: the lowered text and its weights, which the vendor's compiler takes.
 *
 * @throws QError `CODEC_MISSING`, and those of the codec
 */
export function emitFiles(graph: Graph, options: EmitOptions, given: TpuCodec | undefined): Artifact {
  const codec = codecOf(given)
  const { mode, chip } = graph.properties
  const names = fileNames({ name: graph.name, mode: String(mode), asymmetric: false }, String(chip), options)
  const { text, weights } = codec.write(asHostFeeds(graph), { weightFile: names.weights, implied })
  return {
    files: new Map([
      [names.lowered, new TextEncoder().encode(text)],
      [names.weights, codec.encodeWeights(weights)],
    ]),
    compiled: names.compiled,
    diagnostics: [],
  }
}

/** The graph with what a text form has to know of the family: codes of inputs are made by the program that feeds the chip. */
const asHostFeeds = (graph: Graph): Graph => ({ ...graph, properties: { ...graph.properties, quantizeInputsOnHost: true } })

/** The names of what {@link emitFiles} makes. */
export function emittedNames(network: FileNaming, chip: string, options: Pick<EmitOptions, 'model' | 'planned'>): ArtifactNames {
  const { lowered, weights, compiled } = fileNames(network, chip, options)
  return { files: [lowered, weights], compiled }
}
