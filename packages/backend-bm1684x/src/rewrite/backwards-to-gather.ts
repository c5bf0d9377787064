import { elementCount, layerOf, type RewritePass } from '@q/ir'
import { draftOf } from '@q/ir/graph'

/**
 * A Slice that walks backwards along one axis picks its elements by their places: the chip's compiler (1.30.2) ends on negative steps, whoever writes
 * them.
 */
export const backwardsToGather: RewritePass = {
  name: 'backwards-to-gather',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      if (node.op !== 'Slice') continue
      const { starts, steps } = node.attrs as { readonly starts: readonly number[]; readonly steps: readonly number[] }
      const [source, result] = [draft.value(node.inputs[0]!), draft.value(layerOf(node))]
      const { shape } = result.type
      const axis = steps.findIndex((step) => step < 0)
      const isWhole = shape.every((size, i) => i === axis || (size === source.type.shape[i] && steps[i] === 1))
      if (axis < 0 || !isWhole || elementCount(shape) === 0) continue
      const places = Float32Array.from({ length: shape[axis]! }, (_, i) => starts[axis]! + i * steps[axis]!)
      const indices = draft.freshName(`${layerOf(node)}_places`)
      const type = { dtype: 'f32', shape: [places.length] } as const
      draft.setValue({ name: indices, type, isConstant: true, constant: { ...type, data: places } })
      draft.replace(node, [{ op: 'Gather', inputs: [source.name, indices], outputs: node.outputs, attrs: { axis, keepdims: true } }])
    }
    return draft.finish()
  },
}
