import type { Graph, Tensor } from '@q/ir'
import { didYouMean, QError } from '@q/ir'

/** A result that is compared with the float model's. */
export interface ComparedValue {
  /** An output of the float graph, or one of its layers. */
  readonly name: string
  /** How much it counts among the others. @default 1 */
  readonly weight?: number
  /** The axis whose places are the groups of `worst-group`. @default the one that `channelAxisOf` finds */
  readonly channelAxis?: number
}

/** Turns the results of one sample into what is compared, such as raw heads into boxes: results by the names of the float graph, as float tensors. */
export type PostProcess = (results: ReadonlyMap<string, Tensor>) => ReadonlyMap<string, Tensor>

/** What of a trial is compared with the float model, and how. */
export interface Comparison {
  /** @default the outputs of the graph, all alike */
  readonly values?: readonly ComparedValue[]
  /** Applied to both results of a sample before they are compared. @default they are compared as they are */
  readonly postProcess?: PostProcess
  /** What tells this comparison from others that look alike: a digest of the source of `postProcess`. */
  readonly postProcessDigest?: string
}

/** The values that are compared, every one of which the graph has. @throws QError `LAYER_UNKNOWN`, `COMPARISON_EMPTY` */
export function comparedValues(graph: Graph, comparison: Comparison | undefined): readonly ComparedValue[] {
  const values = comparison?.values ?? graph.outputs.map((name) => ({ name }))
  const made = new Set([...graph.outputs, ...graph.nodes.flatMap(({ outputs }) => outputs)])
  for (const { name } of values) {
    if (made.has(name)) continue
    throw new QError('LAYER_UNKNOWN', `there is no layer ${name} to compare`, {
      at: [graph.name, name],
      found: name,
      wanted: 'an output or a layer of the float graph',
      hint: didYouMean(name, made, 'list the layers with `q print`'),
    })
  }
  if (values.length > 0) return values
  throw new QError('COMPARISON_EMPTY', 'a search has to compare something', {
    at: [graph.name],
    found: 'no outputs and no layers',
    wanted: 'a graph with outputs, or layers to compare',
    hint: 'name the layers to compare',
  })
}
