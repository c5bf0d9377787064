import { layerOf, type Node, type RewritePass } from '@q/ir'
import { draftOf, type GraphDraft } from '@q/ir/graph'

/** Swaps axes 1 and 2 of four: heads before the rows of a matrix, or behind them. */
const swapsHeads = (node: Node | undefined): node is Node =>
  node?.op === 'Transpose' && (node.attrs.perm as readonly number[]).join() === '0,2,1,3'

/** The transposition that is the only user of a value, when it swaps heads. */
function onlySwap(draft: GraphDraft, name: string): Node | undefined {
  const [user, ...others] = draft.consumers(name)
  return others.length === 0 && draft.useCount(name) === 1 && swapsHeads(user) ? user : undefined
}

/** Transpositions of heads around a product of two computed tensors become flags of the product: it reads operands, and writes its result, in that order. */
export const foldHeadTransposes: RewritePass = {
  name: 'fold-head-transposes',
  run(graph) {
    const draft = draftOf(graph)
    for (const { outputs } of draft.nodes()) {
      const node = draft.producer(outputs[0]!)
      if (node?.op !== 'MatMul' || node.attrs.headsAsBatch === true || node.inputs.length > 2) continue
      if (node.inputs.some((name) => draft.value(name!).constant !== undefined)) continue
      const heads: string[] = []
      const origin: string[] = []
      const inputs = node.inputs.map((name, place) => {
        const maker = draft.producer(name!)
        if (!swapsHeads(maker) || draft.useCount(name!) !== 1) return name
        heads.push(place === 0 ? 'a' : 'b')
        origin.push(layerOf(maker))
        return maker.inputs[0]
      })
      const behind = onlySwap(draft, layerOf(node))
      // A right operand alone cannot be told from a turned matrix in the family's text.
      if (behind === undefined && !heads.includes('a')) continue
      for (const gone of origin) draft.replace(draft.producer(gone)!, [])
      if (behind !== undefined) {
        heads.push('y')
        draft.replace(behind, [])
      }
      const result = behind ?? node
      const names = [...origin, layerOf(node), ...(behind === undefined ? [] : [layerOf(behind)])]
      draft.replace(node, [{ ...node, inputs, outputs: result.outputs, attrs: { ...node.attrs, heads }, origin: names }])
    }
    return draft.finish()
  },
}
