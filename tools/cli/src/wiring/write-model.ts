import { dirname, join } from 'node:path'
import type { Graph } from '@q/ir'
import { encodeWeights, writeTop, writeTpu } from '@q/mlir'

/** A model as text and weights, ready to be written beside each other. */
export interface ModelFiles {
  readonly text: string
  readonly weightBytes: Uint8Array
  readonly files: ReadonlyMap<string, Uint8Array | string>
}

/** The two files of a float graph: the Top text at `path`, its weights beside it. */
export function topFiles(graph: Graph, path: string, weightFile: string): ModelFiles {
  return together(writeTop(graph, { weightFile }), path, weightFile)
}

/** The two files of a quantized graph. */
export function tpuFiles(graph: Graph, path: string, weightFile: string): ModelFiles {
  return together(writeTpu(graph, { weightFile }), path, weightFile)
}

function together({ text, weights }: ReturnType<typeof writeTop>, path: string, weightFile: string): ModelFiles {
  const weightBytes = encodeWeights(weights)
  return {
    text,
    weightBytes,
    files: new Map<string, Uint8Array | string>([
      [path, text],
      [join(dirname(path), weightFile), weightBytes],
    ]),
  }
}
