import { attributesOf, type SimplifyPass } from '@q/ir'
import { draftOf, type GraphDraft } from '@q/ir/graph'
import { type AttrValues, QAddConstant } from '@q/ir/ops'

/** A value whose codes nothing but a cast back to floats uses is cast from floats to floats at once. */
function mergeCasts(draft: GraphDraft, codes: string): void {
  const into = draft.producer(codes)
  const [back, ...others] = draft.consumers(codes)
  if (into?.op !== 'QuantizeLinear' || back?.op !== 'DequantizeLinear' || others.length > 0 || draft.isOutput(codes)) return
  const [x] = into.inputs as [string]
  const [y] = back.outputs as [string]
  draft.replace(into, [])
  const { dtype } = draft.value(y).type
  if (dtype !== draft.value(x).type.dtype) draft.change(back, { op: 'Cast', inputs: [x], attrs: { to: dtype } })
  else {
    draft.redirect(y, x)
    draft.replace(back, [])
  }
}

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
      mergeCasts(draft, x)
    }
    return draft.finish()
  },
}
