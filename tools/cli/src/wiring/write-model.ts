import { dirname, join } from 'node:path'
import type { Graph } from '@q/ir'
import { encodeWeights, writeTop } from '@q/mlir'

/** The two files of a float graph: the Top text at `path`, its weights beside it. */
export function topFiles(graph: Graph, path: string, weightFile: string): ReadonlyMap<string, Uint8Array | string> {
  const { text, weights } = writeTop(graph, { weightFile })
  return new Map<string, Uint8Array | string>([
    [path, text],
    [join(dirname(path), weightFile), encodeWeights(weights)],
  ])
}
