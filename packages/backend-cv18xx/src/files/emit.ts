import type { Artifact, ArtifactNames, EmitOptions, FileNaming, Graph } from '@q/ir'
import { codecOf, emitText, type TextCodec } from '@q/ir/container'
import { writePortableCvimodel } from '../cvimodel/index.ts'
import { castRounding } from '../target.ts'
import { fileNames } from './file-names.ts'
import { implied } from './implied.ts'

/**
 * The files of a quantized graph, see `emitText`; the portable container carries the text and its weights in the vendor's format, without chip commands.
 *
 * @throws QError `CODEC_MISSING`, `CVIMODEL_TYPE`, `CVIMODEL_LARGE`, and those of the codec
 */
export function emitFiles(graph: Graph, options: EmitOptions, codec: TextCodec | undefined): Artifact {
  const { mode, chip } = graph.properties
  return emitText(asHostFeeds(graph), options, {
    codec: codecOf(codec, 'cv18xx'),
    implied,
    castRounding,
    names: fileNames({ name: graph.name, mode: String(mode), asymmetric: false }, String(chip), options),
    container: writePortableCvimodel,
  })
}

/** The graph with what a text form has to know of the family: codes of inputs are made by the program that feeds the chip, which holds ids in 16 bits. */
function asHostFeeds(graph: Graph): Graph {
  const values = new Map(graph.values)
  for (const { name } of graph.inputs) {
    const value = values.get(name)!
    if (value.type.dtype === 'i32') values.set(name, { ...value, type: { ...value.type, dtype: 'u16' } })
  }
  return { ...graph, values, properties: { ...graph.properties, quantizeInputsOnHost: true } }
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
