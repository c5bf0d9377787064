import { layerOf, type RewritePass } from '@q/ir'
import { draftOf } from '@q/ir/graph'
import { tileSteps } from '../tile-steps.ts'

/** A repetition along several axes becomes one for each; what stands before the last is called by how many are still to come: `<layer>3`, `<layer>2`, `<layer>`. */
export const tileByAxis: RewritePass = {
  name: 'tile-by-axis',
  entries: 'own',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      if (node.op !== 'Tile') continue
      const { type } = draft.value(node.inputs[0]!)
      const steps = tileSteps(type.shape, node.attrs.repeats as readonly number[])
      if (steps.length < 2) continue
      const name = layerOf(node)
      let from = node.inputs[0]!
      const made = steps.map(({ repeats, shape }, i) => {
        const left = steps.length - i
        const to = left === 1 ? name : draft.freshName(`${name}${left}`)
        if (left > 1) draft.setValue({ name: to, type: { ...type, shape } })
        const step = { op: 'Tile', inputs: [from], outputs: [to], attrs: { repeats }, origin: [name] }
        from = to
        return step
      })
      draft.replace(node, made)
    }
    return draft.finish()
  },
}
