import type { Artifact, ArtifactNames, EmitOptions, FileNaming, Graph } from '@q/ir'
import { codecOf, emitText, type TextCodec } from '@q/ir/container'
import { writePortableBmodel } from '../bmodel/index.ts'
import { fileNames } from './file-names.ts'

/**
 * The files of a quantized graph, see `emitText`; the portable container carries the text and its weights in the vendor's format, without chip instructions.
 *
 * @throws QError `CODEC_MISSING`, and those of the codec
 */
export function emitFiles(graph: Graph, options: EmitOptions, codec: TextCodec | undefined): Artifact {
  const { mode, asymmetric, chip } = graph.properties
  return emitText(graph, options, {
    codec: codecOf(codec, 'bm1684x'),
    names: fileNames({ name: graph.name, mode: String(mode), asymmetric: asymmetric === true }, String(chip), options),
    container: (network, time) => writePortableBmodel({ ...network, chip: network.chip.toUpperCase() }, time),
  })
}

/** The names of what {@link emitFiles} makes. */
export function emittedNames(
  network: FileNaming,
  chip: string,
  options: Pick<EmitOptions, 'model' | 'planned' | 'compiling'>,
): ArtifactNames {
  const { lowered: _, weights: __, ...names } = fileNames(network, chip, options)
  return names
}
