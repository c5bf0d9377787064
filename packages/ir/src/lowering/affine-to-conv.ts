import type { RewritePass } from '../contracts/backend.ts'
import { draftOf } from '../graph/draft.ts'
import { layerOf, valueOf } from '../graph/edges.ts'
import type { Graph, Node } from '../graph/types.ts'
import { tensor } from '../tensor/tensor.ts'

const isAffine = (graph: Graph, node: Node): boolean =>
  node.op === 'Affine' &&
  [3, 4].includes(valueOf(graph, node.inputs[0]!).type.shape.length) &&
  node.inputs.slice(1).every((name) => valueOf(graph, name!).constant !== undefined)

/**
 * A scale and bias per channel on three or four axes becomes a depthwise 1x1 convolution: the filter keeps the name of the scale,
 * the bias is `<layer>_to_bias`.
 */
export const affineToConv: RewritePass = {
  name: 'affine-to-conv',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      if (!isAffine(graph, node)) continue
      const [x, scale, bias] = node.inputs as [string, string, string]
      const factors = draft.value(scale).constant!
      const channels = factors.data.length
      const filter = draft.useCount(scale) > 1 ? draft.freshName(`${layerOf(node)}_${scale}`) : scale
      const shape = [channels, 1, 1, 1]
      draft.setValue({ name: filter, type: { dtype: 'f32', shape }, constant: tensor('f32', shape, factors.data) })
      const addend = draft.freshName(`${layerOf(node)}_to_bias`)
      draft.setValue({
        name: addend,
        type: { dtype: 'f32', shape: [channels] },
        constant: tensor('f32', [channels], draft.value(bias).constant!.data),
      })
      draft.replace(node, [
        {
          ...node,
          op: 'Conv',
          inputs: [x, filter, addend],
          attrs: { ...node.attrs, strides: [1, 1], pads: [0, 0, 0, 0], group: channels },
        },
      ])
    }
    return draft.finish()
  },
}
