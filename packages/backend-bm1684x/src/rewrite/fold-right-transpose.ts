import { layerOf, type Node, type RewritePass } from '@q/ir'
import { draftOf, type GraphDraft } from '@q/ir/graph'

const swapsLastTwo = (perm: readonly number[]): boolean =>
  perm.length >= 2 && perm.every((axis, i) => axis === (i === perm.length - 1 ? i - 1 : i === perm.length - 2 ? i + 1 : i))

/** The matrix products that take a value as their right operand, when nothing else uses it. */
function productsOf(draft: GraphDraft, name: string): readonly Node[] {
  const users = draft.consumers(name)
  const isRight = ({ op, inputs }: Node): boolean => op === 'MatMul' && inputs.every((each, i) => (each === name) === (i === 1))
  return draft.useCount(name) === users.length && users.every(isRight) ? users : []
}

/** A transposition of the last two axes in front of the right operand of matrix products, and of nothing else, becomes a flag of each product. */
export const foldRightTranspose: RewritePass = {
  name: 'fold-right-transpose',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      if (node.op !== 'Transpose' || !swapsLastTwo(node.attrs.perm as readonly number[])) continue
      const products = productsOf(draft, layerOf(node))
      for (const product of products) {
        const [left, , ...others] = product.inputs
        draft.change(product, {
          inputs: [left, node.inputs[0], ...others],
          attrs: { ...product.attrs, transB: product.attrs.transB !== true },
        })
      }
      if (products.length > 0) draft.remove(node)
    }
    return draft.finish()
  },
}
