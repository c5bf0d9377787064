import type { Artifact, ArtifactNames, EmitOptions, FileNaming, Graph } from '@q/ir'
import { writeGraph } from '../container/write-graph.ts'
import { withoutMeans } from '../lower/channel-means.ts'

/** The ending of a quantized network that this program runs. */
export const ending = '.qacuity'

/** The quantized network as this program runs it; what the toolkit takes is written by `q pegasus`. */
export function emitFiles(graph: Graph, { name, model }: EmitOptions): Artifact {
  const { chip, mode } = graph.properties
  const bare = withoutMeans(graph)
  const file = nameOf({ name, mode: String(mode) }, String(chip), model)
  return { files: new Map([[file, writeGraph(bare)]]), model: file, portable: true, diagnostics: [] }
}

/** The names of what {@link emitFiles} makes. */
export function emittedNames(network: FileNaming, chip: string, { name, model }: Pick<EmitOptions, 'name' | 'model'>): ArtifactNames {
  const file = nameOf({ ...network, name }, chip, model)
  return { files: [file], model: file }
}

function nameOf({ name, mode }: Pick<FileNaming, 'name' | 'mode'>, chip: string, model: string | undefined): string {
  if (model === undefined) return `${name}_${chip}_${mode.toLowerCase()}${ending}`
  return model.toLowerCase().endsWith(ending) ? model : `${model.replace(/\.nb$/i, '')}${ending}`
}
