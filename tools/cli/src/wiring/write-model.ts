import { basename } from 'node:path'
import type { Graph } from '@q/ir'
import { encodeWeights, readTop, writeTop } from '@q/mlir'

/** The two files of a float graph by their paths: the Top text, then its weights. */
export type TopContent = readonly [text: readonly [path: string, text: string], weights: readonly [path: string, bytes: Uint8Array]]

/** The two files of a float graph: the Top text at `path`, its weights beside it. */
export function topFiles(graph: Graph, path: string, weightPath: string): TopContent {
  const { text, weights } = writeTop(graph, { weightFile: basename(weightPath) })
  return [
    [path, text],
    [weightPath, encodeWeights(weights)],
  ]
}

/** The graph that such files hold, which any command that is given them has: the same numbers under names of constants, and with attributes, that files keep. */
export function readTopFiles([[file, text], [weightFile, bytes]]: TopContent): Graph {
  return readTop(text, bytes, { file, weightFile })
}
