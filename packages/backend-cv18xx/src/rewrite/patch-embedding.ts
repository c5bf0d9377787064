import { type Graph, layerOf, type Node, type RewritePass, type TensorType, tensor, valueOf } from '@q/ir'
import { draftOf } from '@q/ir/graph'

/** Kernels from here on count as patches. */
const leastKernel = 16

/** Rows and columns of patches, where a convolution cuts an image of few channels into squares without overlap. */
function gridOf(graph: Graph, node: Node): readonly [rows: number, columns: number] | undefined {
  if (node.op !== 'Conv' || (node.attrs.group ?? 1) !== 1 || node.attrs.relu === true) return undefined
  const weights = valueOf(graph, node.inputs[1]!).constant
  const { shape } = valueOf(graph, node.inputs[0]!).type
  if (weights === undefined || weights.shape.length !== 4 || shape.length !== 4) return undefined
  const [, channels, height, width] = weights.shape as [number, number, number, number]
  const isPatch =
    channels <= 3 &&
    height === width &&
    height >= leastKernel &&
    (node.attrs.strides as readonly number[]).every((stride) => stride === height) &&
    (node.attrs.pads as readonly number[]).every((pad) => pad === 0) &&
    shape[2]! % height === 0 &&
    shape[3]! % width === 0
  return isPatch ? [shape[2]! / height, shape[3]! / width] : undefined
}

/**
 * A patch embedding (a convolution whose kernel is as large as its stride) becomes reshapes, transpositions and a matrix product: `<layer>_reshape0`, `_permute0`,
 * `_permute1`, `_reshape1`, `_matmul`, and a transposition under its own name.
 */
export const patchEmbedding: RewritePass = {
  name: 'patch-embedding',
  entries: 'own',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const grid = gridOf(graph, node)
      if (grid === undefined) continue
      const [rows, columns] = grid
      const name = layerOf(node)
      const [x, w, b] = node.inputs as [string, string, string?]
      const source = draft.value(x).type
      const weights = draft.value(w).constant!
      const [filters, channels, size] = weights.shape as [number, number, number]
      const batch = source.shape[0]!
      const taps = channels * size * size
      const origin = [name]
      const put = (suffix: string, type: TensorType, shape: readonly number[]): string => {
        const made = draft.freshName(`${name}_${suffix}`)
        draft.setValue({ name: made, type: { ...type, shape } })
        return made
      }
      const split = put('reshape0', source, [batch, channels, rows, size, columns, size])
      const turned = put('permute0', source, [batch, channels, rows, columns, size, size])
      const grouped = put('permute1', source, [batch, rows, columns, channels, size, size])
      const flat = put('reshape1', source, [batch, rows, columns, taps])
      const product = put('matmul', draft.value(name).type, [batch, rows, columns, filters])
      const right = draft.freshName(`${w}_trans`)
      const shape = [taps, filters]
      draft.setValue({
        name: right,
        type: { dtype: 'f32', shape },
        constant: tensor('f32', shape, turnedOf(weights.data as Float32Array, filters)),
      })
      draft.replace(node, [
        { op: 'Reshape', inputs: [x], outputs: [split], attrs: { shape: draft.value(split).type.shape }, origin },
        { op: 'Transpose', inputs: [split], outputs: [turned], attrs: { perm: [0, 1, 2, 4, 3, 5] }, origin },
        { op: 'Transpose', inputs: [turned], outputs: [grouped], attrs: { perm: [0, 2, 3, 1, 4, 5] }, origin },
        { op: 'Reshape', inputs: [grouped], outputs: [flat], attrs: { shape: draft.value(flat).type.shape }, origin },
        { op: 'MatMul', inputs: [flat, right, ...(b === undefined ? [] : [b])], outputs: [product], attrs: {}, origin },
        { op: 'Transpose', inputs: [product], outputs: [name], attrs: { perm: [0, 3, 1, 2] }, origin },
      ])
    }
    return draft.finish()
  },
}

/** A matrix of `rows` rows with rows and columns swapped. */
function turnedOf(data: Float32Array, rows: number): Float32Array {
  const columns = data.length / rows
  const turned = new Float32Array(data.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j]!
  return turned
}
