import { type DType, elementCount, type Node, type SimplifyPass } from '@q/ir'
import { draftOf, type GraphDraft } from '@q/ir/graph'

/** The matrix product without bias that an Add of a vector completes. */
function productBefore(draft: GraphDraft, node: Node): Node | undefined {
  if (node.op !== 'Add' || node.inputs.length !== 2) return undefined
  const product = draft.producer(node.inputs[0]!)
  const bias = draft.value(node.inputs[1]!)
  const type = draft.value(node.outputs[0]!).type
  const fits =
    product?.op === 'MatMul' &&
    product.inputs[2] === undefined &&
    product.attrs.relu !== true &&
    draft.useCount(node.inputs[0]!) === 1 &&
    bias.constant !== undefined &&
    elementCount(bias.type.shape) === type.shape.at(-1) &&
    bias.type.shape.at(-1) === type.shape.at(-1) &&
    draft.value(product.outputs[0]!).type.dtype === type.dtype &&
    product.attrs.transY !== true
  return fits ? product : undefined
}

/**
 * A float matrix product followed by the addition of a vector becomes one product with a bias, under the name of the Add.
 *
 * @param types results that this is done for
 */
export const mergeMatMulAdd = (types: readonly DType[]): SimplifyPass => ({
  name: 'merge-mat-mul-add',
  ops: ['Add'],
  run(graph) {
    const draft = draftOf(graph)
    for (const node of draft.nodes()) {
      const product = productBefore(draft, node)
      if (product === undefined || !types.includes(draft.value(node.outputs[0]!).type.dtype)) continue
      draft.replace(node, [
        {
          ...product,
          inputs: [product.inputs[0], product.inputs[1], node.inputs[1]],
          outputs: node.outputs,
          attrs: { ...product.attrs, ...node.attrs },
          origin: [...(product.origin ?? []), ...(node.origin ?? [])],
        },
      ])
      draft.replace(product, [])
    }
    return draft.finish()
  },
})
