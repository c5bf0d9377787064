import type { Graph, Value } from '@q/ir'
import { sha256 } from '@q/ir/graph'
import { alignment, headerBytes, magic, plainNumbers } from './layout.ts'

/**
 * A graph with all its numbers as one file that only this program reads: the toolkit's `.data` files and the chips' binaries are not described anywhere.
 *
 * Sixteen bytes say what it is and how long its description is, a digest of all that follows stands behind them; then the description in JSON, and the elements of constants,
 * little-endian, each at a multiple of eight bytes.
 */
export function writeGraph(graph: Graph): Uint8Array {
  let size = 0
  const blobs: { readonly at: number; readonly bytes: Uint8Array }[] = []
  const values = [...graph.values.values()].map(({ name, type, constant, isConstant }: Value) => {
    if (constant === undefined) return { name, type, ...(isConstant === true ? { isConstant } : {}) }
    const { buffer, byteOffset, byteLength } = constant.data
    const at = size
    blobs.push({ at, bytes: new Uint8Array(buffer, byteOffset, byteLength) })
    size = Math.ceil((size + byteLength) / alignment) * alignment
    return { name, type, constant: { dtype: constant.dtype, shape: constant.shape, at, bytes: byteLength } }
  })
  const { name, inputs, outputs, properties } = graph
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((each) => each ?? null) }))
  const text = JSON.stringify({ name, inputs, outputs, properties, nodes, values }, plainNumbers.write)
  const description = new TextEncoder().encode(text)
  const start = Math.ceil((headerBytes + description.length) / alignment) * alignment
  const file = new Uint8Array(start + size)
  file.set(new TextEncoder().encode(magic))
  new DataView(file.buffer).setUint32(magic.length, description.length, true)
  file.set(description, headerBytes)
  for (const { at, bytes } of blobs) file.set(bytes, start + at)
  file.set(sha256(file.subarray(headerBytes)), headerBytes - 32)
  return file
}

/** The digest that a file carries, in 32 letters. */
export const digestOfFile = (file: Uint8Array): string =>
  Array.from(file.subarray(headerBytes - 32, headerBytes - 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
