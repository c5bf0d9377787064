import { floatPlaces } from '@q/fpfwd'
import type { Graph, Resolved, Target } from '@q/ir'
import { errorAt, isQError } from '@q/ir'
import { tableOption } from './lossy-layers.ts'

/** The layers that say which elements are picked and are computed on codes, which are no places. */
function placesOnCodes(graph: Graph, resolved: Resolved): readonly string[] {
  const { values } = resolved.graph
  return floatPlaces(graph)
    .map(({ layer }) => layer)
    .filter((layer) => values.get(layer)?.type.quant !== undefined)
}

/**
 * Runs a quantized model. Where it picks an element that there is none, by places that it computes on codes, the error names the rows of a
 * quantization table that make them right.
 *
 * @throws QError `INDEX_OUT_OF_RANGE`, and whatever the run throws
 */
export async function tellingOfPlaces<T>(
  { graph, resolved, target }: { readonly graph: Graph; readonly resolved: Resolved; readonly target: Target },
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!isQError(error) || error.code !== 'INDEX_OUT_OF_RANGE') throw error
    const layers = placesOnCodes(graph, resolved)
    if (layers.length === 0) throw error
    const mode = target.schemes['F32']?.kind === 'float' ? 'F32' : target.defaultFloat
    const rows = tableOption(layers, mode)
    throw errorAt(
      error,
      error.at,
      `${error.message}: it is computed on codes, which are no places`,
      `${rows === undefined ? `a quantization table with ${layers.join(', ')}` : `--quantize_table ${rows}`} keeps in ${mode} what says which elements are picked; \`q quantize\` and the searches do so by themselves`,
    )
  }
}
