import { layerOf, type RewritePass } from '@q/ir'
import { draftOf } from '@q/ir/graph'

/** A division by a square root becomes a product with `<root>_inv`, the reciprocal root. The root stays behind unused (casts are named after it). */
export const divideByRoot: RewritePass = {
  name: 'divide-by-root',
  entries: 'own',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const root = node.op === 'Div' ? draft.producer(node.inputs[1]!) : undefined
      if (root?.op !== 'Sqrt' || draft.useCount(layerOf(root)) !== 1 || draft.value(node.inputs[0]!).constant !== undefined) continue
      const inverse = draft.freshName(`${layerOf(root)}_inv`)
      draft.setValue({ name: inverse, type: draft.value(layerOf(root)).type })
      draft.replace(node, [{ ...node, op: 'Mul', inputs: [node.inputs[0], inverse] }])
      draft.replace(root, [root, { ...root, op: 'Rsqrt', outputs: [inverse], origin: [layerOf(root)] }])
    }
    return draft.finish()
  },
}
