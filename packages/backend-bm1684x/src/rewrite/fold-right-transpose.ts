import type { RewritePass } from '@q/ir'
import { draftOf } from '@q/ir/graph'

const swapsLastTwo = (perm: readonly number[]): boolean =>
  perm.length >= 2 && perm.every((axis, i) => axis === (i === perm.length - 1 ? i - 1 : i === perm.length - 2 ? i + 1 : i))

/** A transposition of the last two axes in front of the right operand of a matrix product becomes a flag of the product. */
export const foldRightTranspose: RewritePass = {
  name: 'fold-right-transpose',
  run(graph) {
    const draft = draftOf(graph)
    for (const { outputs } of draft.nodes()) {
      const node = draft.producer(outputs[0]!)
      if (node?.op !== 'MatMul') continue
      const right = draft.producer(node.inputs[1]!)
      if (right?.op !== 'Transpose' || draft.useCount(node.inputs[1]!) !== 1 || !swapsLastTwo(right.attrs.perm as readonly number[]))
        continue
      draft.replace(node, [
        {
          ...node,
          inputs: [node.inputs[0], right.inputs[0], ...node.inputs.slice(2)],
          attrs: { ...node.attrs, transB: node.attrs.transB !== true },
        },
      ])
      draft.replace(right, [])
    }
    return draft.finish()
  },
}
