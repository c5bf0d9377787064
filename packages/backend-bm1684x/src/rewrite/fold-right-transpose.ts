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

/** Whether TPU-MLIR 1.30.2 leaves the transposition of such an operand: of many matrices, among more than four axes of which the first and the last in front of the matrices have one element. */
const isLeft = (shape: readonly number[]): boolean =>
  shape.length > 4 && shape[0] === 1 && shape.at(-3) === 1 && shape.slice(0, -2).some((size) => size > 1)

/** A transposition of the last two axes in front of the right operand of matrix products, and of nothing else, becomes a flag of each product. */
export const foldRightTranspose: RewritePass = {
  name: 'fold-right-transpose',
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      if (node.op !== 'Transpose' || !swapsLastTwo(node.attrs.perm as readonly number[]) || isLeft(draft.shape(node.inputs[0]!))) continue
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
