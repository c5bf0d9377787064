import { layerOf, type RewritePass, tensor } from '@q/ir'
import { draftOf } from '@q/ir/graph'

/** A tensor taken off a constant of other axes, of which the chips have no form, is negated first: `<layer>_mulconst`, and the sum of both under its own name. */
export const subFromConstant: RewritePass = {
  name: 'sub-from-constant',
  entries: 'own',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      if (node.op !== 'Sub') continue
      const [c, x] = node.inputs as [string, string]
      const held = draft.value(c).constant
      if (held === undefined || held.data.length === 1 || draft.value(x).constant !== undefined) continue
      if (draft.shape(c).join() === draft.shape(x).join()) continue
      const name = layerOf(node)
      const factor = draft.freshName(`${name}_factor`)
      draft.setValue({ name: factor, type: { dtype: 'f32', shape: [1] }, constant: tensor('f32', [1], Float32Array.of(-1)) })
      const negated = draft.freshName(`${name}_mulconst`)
      draft.setValue({ name: negated, type: draft.value(x).type })
      draft.replace(node, [
        { op: 'Mul', inputs: [x, factor], outputs: [negated], attrs: {}, origin: [name] },
        { ...node, op: 'Add', inputs: [c, negated] },
      ])
    }
    return draft.finish()
  },
}
