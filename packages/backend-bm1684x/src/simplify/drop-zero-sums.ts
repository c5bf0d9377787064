import { attributesOf, type SimplifyPass } from '@q/ir'
import { draftOf } from '@q/ir/graph'
import { type AttrValues, QAddConstant } from '@q/ir/ops'

/** An addition of zero on codes that keep their values is nothing: numbers below half a step (the epsilon before a root) round to zero. */
export const dropZeroSums: SimplifyPass = {
  name: 'drop-zero-sums',
  ops: ['QAddConstant'],
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      if (node.op !== 'QAddConstant') continue
      const { constant, operation, multipliers, shifts, relu } = attributesOf(node, QAddConstant) as AttrValues<typeof QAddConstant.attrs>
      if (constant !== 0 || operation !== 'add' || (multipliers[0] ?? 1) !== 1 || (shifts[0] ?? 0) !== 0 || relu) continue
      const [x] = node.inputs as [string]
      const [y] = node.outputs as [string]
      const [from, to] = [draft.value(x).type, draft.value(y).type]
      if (draft.isOutput(y) || from.dtype !== to.dtype) continue
      draft.redirect(y, x)
      draft.replace(node, [])
    }
    return draft.finish()
  },
}
