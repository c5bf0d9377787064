import { layerOf, type Node, type RewritePass } from '@q/ir'
import { draftOf, type GraphDraft } from '@q/ir/graph'

/** The one axis a slice cuts, without gaps, and where; `undefined` when it cuts more. */
function cutOf(draft: GraphDraft, slice: Node): { readonly axis: number; readonly from: number; readonly to: number } | undefined {
  const { shape } = draft.value(slice.inputs[0]!).type
  const { starts, ends, steps } = slice.attrs as { starts: readonly number[]; ends: readonly number[]; steps: readonly number[] }
  const cut = shape.flatMap((d, i) => (starts[i] === 0 && ends[i]! >= d ? [] : [i]))
  const axis = cut[0]
  if (cut.length !== 1 || axis === undefined || steps.some((step) => step !== 1)) return undefined
  return { axis, from: starts[axis]!, to: Math.min(ends[axis]!, shape[axis]!) }
}

/**
 * A tensor cut in two along one axis and joined again the other way round, and used for nothing else, becomes a rotation of
 * that axis.
 */
export const rollToSwap: RewritePass = {
  name: 'roll-to-swap',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      if (node.op !== 'Concat' || node.inputs.length !== 2 || node.attrs.relu === true) continue
      const [back, front] = node.inputs.map((name) => draft.producer(name!))
      if (back?.op !== 'Slice' || front?.op !== 'Slice' || back.inputs[0] !== front.inputs[0]) continue
      const source = back.inputs[0]!
      const isAlone = draft.useCount(source) === 2 && [back, front].every((slice) => draft.useCount(layerOf(slice)) === 1)
      const [first, second] = [cutOf(draft, back), cutOf(draft, front)]
      if (!isAlone || first === undefined || second === undefined || first.axis !== second.axis || node.attrs.axis !== first.axis) continue
      const { shape } = draft.value(source).type
      if (second.from !== 0 || second.to !== first.from || first.to !== shape[first.axis]) continue
      const offsets = shape.map((_, i) => (i === first.axis ? first.from : 0))
      draft.replace(node, [
        { op: 'SwapDimInner', inputs: [source], outputs: node.outputs, attrs: { offsets }, origin: [back, front, node].map(layerOf) },
      ])
      draft.replace(back, [])
      draft.replace(front, [])
    }
    return draft.finish()
  },
}
