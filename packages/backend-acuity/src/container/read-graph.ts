import { allOps, type DType, type Graph, type Node, QError, type TensorType, type Value } from '@q/ir'
import { elementCount, sha256, storageArray, type Tensor, verifyGraph } from '@q/ir/graph'
import { alignment, headerBytes, magic, plainNumbers } from './layout.ts'

interface Described extends Pick<Graph, 'name' | 'inputs' | 'outputs' | 'properties'> {
  readonly nodes: readonly (Omit<Node, 'inputs'> & { readonly inputs: readonly (string | null)[] })[]
  readonly values: readonly {
    readonly name: string
    readonly type: TensorType
    readonly isConstant?: boolean
    readonly constant?: { readonly dtype: DType; readonly shape: readonly number[]; readonly at: number; readonly bytes: number }
  }[]
}

/**
 * Reads what `writeGraph` wrote.
 *
 * @param place the file, for messages
 * @throws QError `GRAPH_FILE` for a file of another program, or one that is cut off or changed
 */
export function readGraph(file: Uint8Array, place: string): Graph {
  if (!isGraphFile(file))
    throw fault(
      place,
      'bytes that this program did not write',
      'give the file that q pegasus import wrote: those of the toolkit are closed and cannot be read',
    )
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const length = view.getUint32(magic.length, true)
  const digest = sha256(file.subarray(headerBytes))
  if (!digest.every((byte, i) => byte === file[headerBytes - 32 + i]))
    throw fault(place, `${file.length} bytes with another digest than was written`, 'make the file again: it was cut off or changed')
  const text = new TextDecoder().decode(file.subarray(headerBytes, headerBytes + length))
  const { nodes, values, ...rest } = JSON.parse(text, plainNumbers.read) as Described
  const start = Math.ceil((headerBytes + length) / alignment) * alignment
  const tensorOf = ({ dtype, shape, at, bytes }: NonNullable<Described['values'][number]['constant']>): Tensor => {
    const { buffer } = file.slice(start + at, start + at + bytes)
    return { dtype, shape, data: new storageArray[dtype](buffer, 0, elementCount(shape)) } as Tensor
  }
  const graph: Graph = {
    ...rest,
    ops: allOps,
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map((each) => each ?? undefined) })),
    values: new Map(
      values.map(({ constant, ...value }): [string, Value] => [
        value.name,
        constant === undefined ? value : { ...value, constant: tensorOf(constant) },
      ]),
    ),
  }
  verifyGraph(graph)
  return graph
}

/** Whether a file begins as those of `writeGraph` do. */
export const isGraphFile = (file: Uint8Array): boolean =>
  file.length >= headerBytes && new TextDecoder('latin1').decode(file.subarray(0, magic.length)) === magic

const fault = (place: string, found: string, hint: string): QError =>
  new QError('GRAPH_FILE', `${place} holds no graph`, { at: [place], found, wanted: 'a file of this program, whole', hint })
