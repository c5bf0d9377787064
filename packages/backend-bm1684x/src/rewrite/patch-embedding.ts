import { type Graph, layerOf, type Node, type RewritePass, type TensorType, tensor, valueOf } from '@q/ir'
import { draftOf } from '@q/ir/graph'

/** Kernels from here on count as patches. */
const leastKernel = 14

interface Patch {
  readonly size: number
  readonly rows: number
  readonly columns: number
}

/** The patches of a convolution that cuts an image of few channels into squares without overlap. */
function patchOf(graph: Graph, node: Node, mostKernel: number): Patch | undefined {
  if (node.op !== 'Conv' || (node.attrs.group ?? 1) !== 1) return undefined
  const weights = valueOf(graph, node.inputs[1]!).constant
  const { shape } = valueOf(graph, node.inputs[0]!).type
  if (weights === undefined || weights.shape.length !== 4 || shape.length !== 4) return undefined
  const [, channels, height, width] = weights.shape as [number, number, number, number]
  const strides = node.attrs.strides as readonly number[]
  const isPatch =
    channels <= 3 &&
    height === width &&
    height >= leastKernel &&
    height <= mostKernel &&
    strides.every((stride) => stride === height) &&
    (node.attrs.pads as readonly number[]).every((pad) => pad === 0) &&
    shape[2]! % height === 0 &&
    shape[3]! % width === 0
  return isPatch ? { size: height, rows: shape[2]! / height, columns: shape[3]! / width } : undefined
}

/**
 * A patch embedding (a convolution whose kernel is as large as its stride) becomes reshapes, transpositions and a matrix
 * product, with the names `<layer>_0` to `_7` (numbers 4 and 5 belong to the weights); a reshape behind it is taken in. A fused ReLU
 * goes with the product (TPU-MLIR 1.30.2 loses it).
 *
 * @param mostKernel larger kernels stay convolutions
 */
export const patchEmbedding = (mostKernel: number): RewritePass => ({
  name: 'patch-embedding',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const patch = patchOf(graph, node, mostKernel)
      if (patch === undefined) continue
      const name = layerOf(node)
      const [x, w, b] = node.inputs as [string, string, string?]
      const { size, rows, columns } = patch
      const source = draft.value(x).type
      const result = draft.value(name).type
      const weights = draft.value(w).constant!
      const [batch, channels] = source.shape as [number, number]
      const [filters, count] = [weights.shape[0]!, rows * columns]
      const put = (suffix: number, type: TensorType, shape: readonly number[]): string => {
        const made = draft.freshName(`${name}_${suffix}`)
        draft.setValue({ name: made, type: { ...type, shape } })
        return made
      }
      const fold = (constant: string, shape: readonly number[]): string => {
        const made = draft.freshName(`${constant}_folder`)
        const { data } = draft.value(constant).constant!
        draft.setValue({ name: made, type: { dtype: 'f32', shape }, constant: tensor('f32', shape, data) })
        return made
      }
      const split = put(0, source, [batch, channels, rows, size, columns, size])
      const turned = put(1, source, [batch, rows, size, channels, columns, size])
      const grouped = put(2, source, [batch, rows, columns, channels, size, size])
      const flat = put(3, source, [batch, count, channels * size * size])
      const at = b === undefined ? 5 : 6
      const product = put(at, result, [batch, count, filters])
      const planes = put(at + 1, result, [batch, filters, count])
      const origin = { origin: [name] }
      const reshape = (from: string, to: string): Node => ({
        op: 'Reshape',
        inputs: [from],
        outputs: [to],
        attrs: { shape: draft.value(to).type.shape },
        ...origin,
      })
      const nodes: Node[] = [
        reshape(x, split),
        { op: 'Transpose', inputs: [split], outputs: [turned], attrs: { perm: [0, 2, 3, 1, 4, 5] }, ...origin },
        { op: 'Transpose', inputs: [turned], outputs: [grouped], attrs: { perm: [0, 1, 4, 3, 2, 5] }, ...origin },
        reshape(grouped, flat),
        {
          op: 'MatMul',
          inputs: [flat, fold(w, [filters, channels * size * size]), ...(b === undefined ? [] : [fold(b, [1, 1, filters])])],
          outputs: [product],
          attrs: { transB: true, ...(node.attrs.relu === true ? { relu: true, reluLimit: node.attrs.reluLimit ?? -1 } : {}) },
          ...origin,
        },
        { op: 'Transpose', inputs: [product], outputs: [planes], attrs: { perm: [0, 2, 1] }, ...origin },
      ]
      const [user, ...others] = draft.consumers(name)
      const isSameReshape =
        user?.op === 'Reshape' &&
        others.length === 0 &&
        !draft.isOutput(name) &&
        draft.value(layerOf(user)).type.shape.join() === [batch, filters, count].join()
      if (isSameReshape) {
        draft.replace(node, nodes)
        draft.redirect(layerOf(user), planes)
        draft.replace(user, [])
      } else {
        draft.replace(node, [...nodes, reshape(planes, name)])
      }
    }
    return draft.finish()
  },
})
