import { sha256 } from '../hash/sha256.ts'
import type { Graph, Value } from './types.ts'

/**
 * A short name for exactly this graph: 16 hexadecimal digits of a SHA-256 over its structure, names, types and constants.
 *
 * Two graphs with equal fingerprints can share tables. The elements of a constant count by their bytes; the name of
 * the graph and the preprocessing of its inputs do not count.
 */
export function fingerprintOf(graph: Graph): string {
  const known = fingerprints.get(graph)
  if (known !== undefined) return known
  const describe = ({ name, type, constant }: Value) => [
    name,
    type.dtype,
    type.shape,
    constant === undefined ? null : digest(constant.data),
  ]
  const structure = {
    inputs: graph.inputs.map(({ name }) => name),
    outputs: graph.outputs,
    nodes: graph.nodes.map(({ op, inputs, outputs, attrs }) => [
      op,
      inputs.map((name) => name ?? null),
      outputs,
      Object.entries(attrs).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]),
    values: [...graph.values.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(describe),
  }
  const fingerprint = digest(new TextEncoder().encode(JSON.stringify(structure))).slice(0, 16)
  fingerprints.set(graph, fingerprint)
  return fingerprint
}

/** Hashing the weights of a large graph takes a noticeable part of a second; graphs do not change. */
const fingerprints = new WeakMap<Graph, string>()

function digest(data: ArrayBufferView): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Array.from(sha256(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
